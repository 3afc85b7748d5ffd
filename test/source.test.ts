// Rules for the source that the linter cannot say.

import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");

function files(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

function offenders(folder: string, pattern: RegExp, except: RegExp): string[] {
  return files(folder).filter(
    (file) => !except.test(file) && pattern.test(readFileSync(join(root, file), "utf8")),
  );
}

test("only the command line ends the process", () => {
  expect(offenders("src", /process\.(exit\(|exitCode)/, /^src\/cli\//)).toEqual([]);
});

test("SQL is compared by SQLSTATE, never by the text of a message", () => {
  expect(offenders("src", /\.message\.(includes|match|startsWith)\(/, /^$/)).toEqual([]);
});

test("rooms below the command line name its options in whole commands only: others read their sentences, too", () => {
  // Programs of others have options of such names as well.
  const except = /^src\/(cli|database\/embedded)\//;
  const option =
    /--(on-conflict|max-rejects|rejects|commit-every|set-root|allow-empty|schema|scenario|dsn|triggers|force|replace)\b/;
  const lines = files("src")
    .filter((file) => !except.test(file))
    .flatMap((file) => readFileSync(join(root, file), "utf8").split("\n"))
    .filter((line) => option.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line) && !line.includes("copycat "));
  expect(lines).toEqual([]);
});

test("no test is skipped or left to do", () => {
  const pattern = new RegExp(
    `\\b(it|test|describe)\\.(${["skip", "skipIf", "runIf", "todo", "only"].join("|")})\\b`,
  );
  expect(offenders("test", pattern, /^$/)).toEqual([]);
});

test("no file names a machine's own folders", () => {
  expect(offenders("src", /["'`]\/(root|home|work)\//, /^$/)).toEqual([]);
});
