// Every YAML in bad/ has its mistakes beside it: one line each, in the order of the file.
// They are named .txt, because linters and formatters would stumble over their mistakes too.

import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CopycatError } from "../../src/errors.ts";
import { readDatasetFile } from "../../src/manifest/index.ts";

const goldens = join(import.meta.dirname, "bad");
const names = readdirSync(goldens)
  .filter((name) => name.endsWith(".yaml.txt"))
  .map((name) => name.replace(".txt", ""));

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "manifest-"));
  for (const name of names) copyFileSync(join(goldens, `${name}.txt`), join(folder, name));
});

afterAll(() => rmSync(folder, { recursive: true }));

describe("dataset files with mistakes", () => {
  test("there are some", () => {
    expect(names.length).toBeGreaterThan(15);
  });

  test.each(names)("%s", async (name) => {
    const error = await readDatasetFile(join(folder, name)).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (!(error instanceof CopycatError)) throw new Error(`${name} was read without a mistake: ${error}`);
    const expected = readFileSync(join(goldens, name.replace(".yaml", ".mistakes.txt")), "utf8");
    const found = error.details.map((line) => `${line.replaceAll(folder, "<folder>")}\n`);
    expect(found.join("")).toBe(expected);
    expect(error.code).toBe("INVALID_INPUT");
    expect(error.message).toContain(join(folder, name));
    expect(error.message).toContain(found.length === 1 ? "1 mistake." : `${found.length} mistakes.`);
  });
});
