// The pages for users: what they say to type works, and prints what they say it prints.

import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as copycat from "../../src/index.ts";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { argumentsOf, patternOf, readPage } from "./page.ts";

describe.each([
  "README.md",
  "docs/search.md",
  "docs/reading.md",
  "docs/growing.md",
  "docs/watching.md",
  "docs/simulation.md",
  "docs/library.md",
])("%s", (path) => {
  const page = readPage(path);
  const commands = page.examples.flatMap((example) => example.commands);
  const db = useDatabase();
  const folder = useFolder();

  beforeAll(async () => {
    vi.stubEnv("DATABASE_URL", db.dsn);
    const { code } = await callCli(["ingest", "examples/vdp.yaml", "examples/edrixs.yaml", "--quiet"]);
    expect(code).toBe(0);
  });

  afterAll(() => {
    vi.unstubAllEnvs();
  });

  /** Files that a command writes go to a folder of the test. */
  const call = (args: readonly string[]) =>
    callCli(
      args.map((word, index) =>
        ["--out", "--rejects"].includes(args[index - 1] ?? "") ? folder.path(word) : word,
      ),
    );

  test("has examples", () => {
    expect(commands.length).toBeGreaterThan(5);
  });

  test.each(page.examples)("$commands.0", async ({ commands: lines, output }) => {
    let printed = "";
    for (const line of lines) {
      const args = argumentsOf(line);
      if (args === null) continue;
      const { code, stdout, stderr } = await call(args);
      expect(code, stderr).toBe(Number(/# ends with (\d)$/.exec(line)?.[1] ?? 0));
      printed += `${stdout}${stderr}`.replaceAll(`${folder.root}/`, "");
    }
    if (output !== null && printed !== "") expect(printed).toMatch(patternOf(output));
  });

  // That of the README needs files that a user has.
  test.each(path === "README.md" ? [] : page.ts)("%s", async (text) => {
    await runModule(text);
  });

  test.each(page.sql)("%s", async (text) => {
    expect((await db.rows(text)).length).toBeGreaterThan(0);
  });
});

type AsyncFunction = new (...parameters: string[]) => (...values: unknown[]) => Promise<void>;

/** Runs the text of a module that imports from copycat only; what it prints is not looked at. */
async function runModule(text: string): Promise<void> {
  const body = text.replace(/^import \{[^}]*\} from "copycat";\n/, "");
  const AsyncFunction = (async () => undefined).constructor as AsyncFunction;
  const log = vi.spyOn(console, "log").mockImplementation(() => undefined);
  try {
    await new AsyncFunction(...Object.keys(copycat), body)(...Object.values(copycat));
    expect(log).toHaveBeenCalled();
  } finally {
    log.mockRestore();
  }
}
