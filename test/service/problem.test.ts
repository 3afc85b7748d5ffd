// What a client is told of what went wrong, and what is for the log alone.

import { describe, expect, it } from "vitest";
import { CopycatError } from "../../src/errors.ts";
import { toProblem } from "../../src/service/problem.ts";

const hide = (text: string): string => text.replaceAll("postgres://me@db/cat", "the database");

const detailOf = (message: string): string =>
  toProblem(new CopycatError("DATABASE", message), hide).problem.detail;

describe("a problem", () => {
  it.each([
    [
      "Loading failed: connect ECONNREFUSED 10.0.0.3:5432. Nothing was changed.",
      "Loading failed: connect ECONNREFUSED. Nothing was changed.",
    ],
    [
      "connect ECONNREFUSED ::1:5432, connect ETIMEDOUT 10.0.0.3:5432",
      "connect ECONNREFUSED, connect ETIMEDOUT",
    ],
    ["getaddrinfo ENOTFOUND db.internal.example", "getaddrinfo ENOTFOUND"],
    ["Cannot connect to postgres://me@db/cat.", "Cannot connect to the database."],
    ["The file sends EDRIXS is at east, EXAFS to west.", "The file sends EDRIXS is at east, EXAFS to west."],
  ])("of %j has no address", (message, detail) => {
    expect(detailOf(message)).toBe(detail);
  });

  it("of a server that does not answer tells no reasons", () => {
    const error = new CopycatError("CONNECTION", "None of the targets answers.", {
      details: ["east: no pg_hba.conf entry for user me"],
    });
    expect(toProblem(error, hide).problem).toMatchObject({
      status: 503,
      detail: "None of the targets answers.",
    });
    expect(toProblem(error, hide).problem.details).toBeUndefined();
    const mistakes = new CopycatError("INVALID_INPUT", "Two mistakes.", { details: ["line 1", "line 2"] });
    expect(toProblem(mistakes, hide).problem.details).toEqual(["line 1", "line 2"]);
  });
});
