// The judge is judged: a suite that finds nothing wrong with anything would be worth nothing. Needs no server.

import { describe, expect, it } from "vitest";
import type { Outcome } from "./support/client.ts";
import { lastWords, listMessageFaults, placeOf } from "./support/judge.ts";
import type { Item } from "./support/states.ts";

const item = (name: string, contents = name, part = ""): Item => ({ name, contents, part });
const before = [item("a"), item("b")];
/** b is changed by the first transaction, c and d come with the second, e with the third. */
const after = [
  item("a"),
  item("b", "new", "1"),
  item("c", "c", "2"),
  item("d", "d", "2"),
  item("e", "e", "3"),
];
const job = { before, after, inParts: true, partsVary: false };

describe("where a store stands", () => {
  it("is before, after, or behind whole parts", () => {
    expect(placeOf(job, before)).toBe("before");
    expect(placeOf(job, after)).toBe("after");
    expect(placeOf(job, after.slice(0, 2))).toBe("part");
    expect(placeOf(job, after.slice(0, 4))).toBe("part");
    expect(placeOf({ ...job, inParts: false }, after.slice(0, 4))).toBe("half of one transaction is in");
  });

  it("may be behind any files, where these are committed as they are read", () => {
    const some = [item("a"), item("b"), item("d")];
    expect(placeOf(job, some)).toMatch(/is something else|is missing/);
    expect(placeOf({ ...job, partsVary: true }, some)).toBe("part");
    expect(placeOf({ ...job, partsVary: true }, [item("a", "x"), item("b")])).toMatch(/^a is something else/);
  });

  it.each([
    ["lost", [item("a")], /^b is missing/],
    ["doubled", [item("a"), item("b"), item("b")], /^b is there twice/],
    ["half of a part", [item("a"), item("b", "new"), item("c")], /^d is missing/],
    ["a part that was passed over", [item("a"), item("b"), item("c"), item("d")], /^b is something else/],
    ["something else", [item("a", "x"), item("b")], /^a is something else/],
    ["something that nobody loaded", [...before, item("z")], /^z is something else/],
  ])("%s is found", (_, items, found) => {
    expect(placeOf(job, items)).toMatch(found);
  });
});

describe("what is said", () => {
  const outcome = (stderr: string, code = 1): Outcome => ({
    code,
    signal: null,
    stdout: "",
    stderr,
    elapsedMs: 1,
    isHung: false,
  });
  const good =
    "copycat: Loading failed, nothing was changed: no space (53100). Free space, then run it again.\n";

  it("is a sentence with what to do", () => {
    expect(listMessageFaults(outcome(good), "before")).toEqual([]);
  });

  it.each([
    ["not true", outcome(good), "after", /is not true/],
    ["nothing", outcome(""), "before", /no sentence/],
    ["no advice", outcome("copycat: It failed.\n"), "before", /what to do/],
    ["a stack", outcome(`${good}    at run (/a/b.js:1:2)\n`), "before", /stack trace/],
    ["a password", outcome(`copycat: postgres://u:secret@h/d: run it again\n`), "before", /password/],
    ["another exit code", outcome(good, 7), "before", /exit code 7/],
    ["no end", { ...outcome(good), isHung: true }, "before", /come to an end/],
  ])("%s is found", (_, said, place, found) => {
    expect(listMessageFaults(said, place).join("\n")).toMatch(found);
  });

  it("is counted without its numbers and names", () => {
    expect(lastWords(outcome("copycat: postgresql://u:***@127.0.0.1:5/x failed: 12 of 14\n"))).toBe(
      "copycat: DATABASE failed: N of N",
    );
  });
});
