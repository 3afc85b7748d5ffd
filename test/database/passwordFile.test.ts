// DATABASE_PASSWORD_FILE: the password from a file, and from nowhere else.

import { writeFileSync } from "node:fs";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { chooseDatabase, describeDsn, openDatabase } from "../../src/database/index.ts";
import { runCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { fc } from "../support/property.ts";

const folder = useFolder();
const file = () => folder.path("password");

beforeEach(() => vi.stubEnv("DATABASE_PASSWORD_FILE", file()));
afterEach(() => {
  vi.unstubAllEnvs();
});

function chosen(dsn: string): string {
  const choice = chooseDatabase(dsn, "/");
  return choice.kind === "dsn" ? choice.dsn : "";
}

describe("a password file", () => {
  test.each(["postgres://catalog@db:5432/catalog", "postgres:///catalog?host=/run/postgresql&user=catalog"])(
    "gives %s any password, as it is",
    (dsn) => {
      fc.assert(
        fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
          const password = text.replace(/[\r\n\0]/g, "x");
          writeFileSync(file(), `${password}\n`);
          const full = chosen(dsn);
          // A lone surrogate has no bytes in a file: it comes back as U+FFFD.
          expect(new pg.Client({ connectionString: full }).password).toBe(password.toWellFormed());
          expect(describeDsn(full)).not.toContain(`:${password}@`);
          expect(describeDsn(full)).toContain("***");
        }),
        { numRuns: 200 },
      );
    },
  );

  test.each(["postgres://me:own@db/x", "postgres://me@db/x?password=own"])("is not for %s", (dsn) => {
    writeFileSync(file(), "other");
    expect(chosen(dsn)).toBe(dsn);
  });

  test("that is not there is named, with its variable", () => {
    vi.stubEnv("DATABASE_PASSWORD_FILE", "/run/secrets/gone");
    expect(() => chosen("postgres://me@db/x")).toThrow(
      expect.objectContaining({
        code: "USAGE",
        message: expect.stringMatching(/^Cannot read \/run\/secrets\/gone, which DATABASE_PASSWORD_FILE/),
      }),
    );
  });

  test("that is empty is no empty password", () => {
    writeFileSync(file(), "\n");
    expect(() => chosen("postgres://me@db/x")).toThrow(expect.objectContaining({ code: "USAGE" }));
  });
});

describe("with a server", () => {
  const db = useDatabase({ empty: true });

  test("logs in", async () => {
    const url = new URL(db.dsn);
    writeFileSync(file(), decodeURIComponent(url.password) || "not asked for");
    url.password = "";
    const database = await openDatabase({ dsn: chosen(url.toString()) });
    const { rows } = await database.pool.query("select current_user as name");
    expect(rows).toEqual([{ name: url.username }]);
    await database.close();
  });

  test("COPYCAT_FOLDER takes rejects where the current folder cannot be written to", async () => {
    const line = `{"path": "/a/b", "structure_family": "container", "metadata": {}}\n`;
    const { code, stderr } = await runCli(["ingest", "-", "--dsn", db.dsn, "--json"], {
      cwd: "/proc",
      env: { COPYCAT_FOLDER: folder.path("state") },
      stdin: line,
    });
    expect(code, stderr).toBe(3);
    const { stdout } = await runCli(["runs", "--dsn", db.dsn, "--json"], { cwd: folder.root });
    expect(stdout).toContain(folder.path("state/rejects/"));
  });
});
