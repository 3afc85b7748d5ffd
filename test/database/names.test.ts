// Names, connection choices and errors: what needs no server, or a single query.

import { resolve } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  chooseDatabase,
  isConnectionFailure,
  quoteIdentifier,
  wrapDatabaseError,
} from "../../src/database/index.ts";
import { CopycatError } from "../../src/errors.ts";
import { useDatabase } from "../support/database.ts";

describe("identifiers", () => {
  const db = useDatabase({ empty: true });

  test.each([
    [["nodes"], '"nodes"'],
    [["public", "nodes"], '"public"."nodes"'],
    [['a"b'], '"a""b"'],
    [["a.b", "c"], '"a.b"."c"'],
    [[""], '""'],
  ])("%j is quoted as %s", (parts, quoted) => {
    expect(quoteIdentifier(...parts)).toBe(quoted);
  });

  test.each(['odd "name"; drop table x; --', "Ünïcode 😀", "select", "a\tb\nc", "\\"])(
    "the server reads the name %j back as it was",
    async (name) => {
      const [row] = await db.rows(`select 1 as ${quoteIdentifier(name)}`);
      expect(Object.keys(row ?? {})).toEqual([name]);
    },
  );
});

describe("the choice of a database", () => {
  const before = process.env.DATABASE_URL;

  beforeEach(() => {
    delete process.env.DATABASE_URL;
  });

  afterEach(() => {
    if (before === undefined) delete process.env.DATABASE_URL;
    else process.env.DATABASE_URL = before;
  });

  test("is the option before the environment", () => {
    process.env.DATABASE_URL = "postgres://environment/x";
    expect(chooseDatabase("postgres://option/x", "/data")).toEqual({
      kind: "dsn",
      dsn: "postgres://option/x",
    });
  });

  test("is the environment when there is no option", () => {
    process.env.DATABASE_URL = "postgres://environment/x";
    expect(chooseDatabase(undefined, "/data")).toEqual({ kind: "dsn", dsn: "postgres://environment/x" });
  });

  test.each([undefined, ""])("is the embedded server of the folder without both: %j", (value) => {
    if (value !== undefined) process.env.DATABASE_URL = value;
    expect(chooseDatabase(undefined, "/data")).toEqual({
      kind: "embedded",
      folder: resolve("/data/.copycat"),
    });
  });
});

describe("errors of the server", () => {
  const withCode = (code: string) => Object.assign(new Error("because"), { code });

  test.each([
    ["42501", "PERMISSION"],
    ["08006", "CONNECTION"],
    ["08001", "CONNECTION"],
    ["ECONNREFUSED", "CONNECTION"],
    ["ECONNRESET", "CONNECTION"],
    ["EAI_AGAIN", "CONNECTION"],
    ["23505", "DATABASE"],
    ["57014", "DATABASE"],
  ])("SQLSTATE or system code %s is %s", (code, expected) => {
    const cause = withCode(code);
    expect(wrapDatabaseError(cause, "Loading failed")).toMatchObject({
      code: expected,
      // And what to do, where that is known.
      message: expect.stringMatching(new RegExp(`^Loading failed: because \\(${code}\\)(\\. .+\\.)?$`)),
      cause,
    });
  });

  test("an error of ours passes unchanged", () => {
    const error = new CopycatError("CONFLICT", "there already");
    expect(wrapDatabaseError(error, "Loading failed")).toBe(error);
  });

  test.each(["just text", new Error("because"), Object.assign(new Error("no entry"), { code: "EPERM" })])(
    "what has nothing to do with the database passes unchanged: %s",
    (error) => {
      expect(wrapDatabaseError(error, "Loading failed")).toBe(error);
    },
  );

  test.each([null, undefined, "08006", new Error("08006"), { code: 8 }])(
    "%j is no failure of the connection",
    (value) => {
      expect(isConnectionFailure(value)).toBe(false);
    },
  );
});
