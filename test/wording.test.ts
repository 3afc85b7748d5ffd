// One sentence, three readers.

import { describe, expect, it } from "vitest";
import { inOptions } from "../src/cli/inOptions.ts";
import { withRetry } from "../src/database/index.ts";
import { CopycatError, errorMessage } from "../src/errors.ts";
import { inQueries } from "../src/service/inQueries.ts";
import { aside, type Setting, setting, words } from "../src/wording.ts";

const sentence = words(
  "Leave them with ",
  setting("policy", "skip"),
  ", or stop later",
  aside("maxRejects"),
  ".",
);

describe("a sentence with settings", () => {
  it("is in the words of who reads it", () => {
    expect(String(sentence)).toBe('Leave them with policy: "skip", or stop later (maxRejects).');
    expect(sentence.for(inOptions)).toBe(
      "Leave them with --on-conflict skip, or stop later (--max-rejects).",
    );
    expect(sentence.for(inQueries)).toBe("Leave them with on_conflict=skip, or stop later (max_rejects).");
  });

  it("leaves an aside out for who cannot set it, and names the others as a program does", () => {
    const text = words(
      "Name another",
      aside("rejectsFile"),
      ", or use ",
      setting("triggers", "disable"),
      ".",
    );
    expect(text.for(inQueries)).toBe('Name another, or use triggers: "disable".');
    expect(text.for(inOptions)).toBe("Name another (--rejects), or use --triggers disable.");
  });

  it("keeps them inside of another sentence", () => {
    expect(words("Gave up: ", sentence).for(inQueries)).toContain(
      "Gave up: Leave them with on_conflict=skip",
    );
  });

  it.each<[Setting, string]>([
    [setting("allowEmpty", true), "--allow-empty"],
    [setting("saveHistory", false), "--no-history"],
    [setting("dsn"), "--dsn"],
    [setting("schema", "a b"), "--schema 'a b'"],
  ])("on the command line: %o is %s", (one, option) => {
    expect(inOptions(one)).toBe(option);
  });
});

describe("an error", () => {
  const error = new CopycatError("CONFLICT", sentence);

  it("has the words of a program as its message, and those of others when they ask", () => {
    expect(error).toMatchObject({ message: String(sentence) });
    expect(error.messageFor(inQueries)).toBe(sentence.for(inQueries));
    expect(errorMessage(error, inOptions)).toBe(sentence.for(inOptions));
    expect(errorMessage(new Error("as it is"), inOptions)).toBe("as it is");
    expect(Object.keys(error)).not.toContain("wording");
  });

  it("keeps them when it is told after several attempts", async () => {
    const cause = Object.assign(new Error("deadlock detected"), { code: "40P01" });
    const work = async (): Promise<void> => {
      throw new CopycatError("DATABASE", sentence, { cause });
    };
    const gaveUp = await withRetry(work, { attempts: 2, minDelayMs: 0 }).catch((thrown: unknown) => thrown);
    expect(errorMessage(gaveUp, inOptions)).toBe(`Gave up after 2 attempts: ${sentence.for(inOptions)}`);
  });
});
