// Help texts: every command and every option, with its default and its twin in the environment.

import type { Command, Option } from "commander";
import { describe, expect, it } from "vitest";
import { makeProgram } from "../../src/cli/program.ts";
import { callCli } from "../support/cli.ts";

interface Named {
  name: string;
  command: Command;
}

/** All commands that do something, by what is typed. */
function leaves(command: Command, above = ""): Named[] {
  return command.commands.flatMap((child) => {
    const name = `${above}${child.name()}`;
    return child.commands.length === 0 ? [{ name, command: child }] : leaves(child, `${name} `);
  });
}

const program = await makeProgram("1.2.3");
const commands = leaves(program);
const options = commands.flatMap(({ name, command }) =>
  command.options.map((option): [string, string, Option] => [name, option.long ?? "", option]),
);

describe("the commands", () => {
  it("of the catalog's contract are there", () => {
    const names = commands.map(({ name }) => name);
    const wanted = ["ingest", "search", "show", "verify", "migrate up", "migrate status", "example"];
    expect(names).toEqual(
      expect.arrayContaining([...wanted, ...["start", "stop", "status", "dsn"].map((c) => `db ${c}`)]),
    );
  });

  it.each(commands)("$name has a sentence that says what it does", ({ command }) => {
    expect(command.description()).toMatch(/^[A-Z].*\.$/s);
  });

  it("ingest has every option of the contract", () => {
    const longs = options.filter(([name]) => name === "ingest").map(([, long]) => long);
    expect(longs).toEqual([
      "--dsn",
      "--targets",
      "--on-conflict",
      "--prune",
      "--checksum",
      "--reread",
      "--commit-every",
      "--resume",
      "--mode",
      "--triggers",
      "--rejects",
      "--max-rejects",
      "--workers",
      "--limit",
      "--source",
      "--trust-layout",
      "--dry-run",
      "--json",
      "--quiet",
    ]);
  });
});

describe("the help", () => {
  it.each(options)("of %s shows %s with a sentence, its default and its twin", async (name, long, option) => {
    const { code, stdout } = await callCli([...name.split(" "), "--help"]);
    expect(code).toBe(0);
    // Commander breaks long lines; what belongs to an option is one paragraph.
    const text = stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain(`${option.flags} `);
    expect(option.description.length).toBeGreaterThan(10);
    // The service's own say whose they are; those that other commands have are the same.
    const isOwn = name.startsWith("serve ") && !["--dsn", "--targets", "--json", "--quiet"].includes(long);
    const twin = `COPYCAT_${isOwn ? "SERVE_" : ""}${long.slice(2).toUpperCase().replaceAll("-", "_")}`;
    expect(text).toContain(`env: ${twin})`);
    const start = text.indexOf(`${option.flags} `);
    const own = text.slice(start, text.indexOf(`env: ${twin})`, start));
    // A flag is off by default; --dsn says in its sentence what comes in its place.
    if (!option.isBoolean())
      expect(own).toMatch(long === "--dsn" ? /else DATABASE_URL, else the embedded/ : /default: /);
  });

  it("of the program lists its commands on stdout, and without any command on stderr with 2", async () => {
    const asked = await callCli(["--help"]);
    expect(asked).toMatchObject({ code: 0, stderr: "" });
    for (const { name } of commands) expect(asked.stdout).toContain(`  ${name.split(" ")[0]} `);
    const bare = await callCli([]);
    expect(bare.code).toBe(2);
    expect(bare.stderr).toContain("Usage: copycat");
    expect(bare.stdout).toBe("");
  });

  it.each(program.commands.map((command) => command.name()))(
    "of %s is the same with it alone",
    async (name) => {
      const alone = await makeProgram("1.2.3", name);
      const [only] = alone.commands;
      expect(alone.commands).toHaveLength(1);
      const other = program.commands.find((command) => command.name() === name);
      expect(only?.helpInformation()).toBe(other?.helpInformation());
      expect(alone.createHelp().commandUsage(only as Command)).toBe(
        program.createHelp().commandUsage(other as Command),
      );
    },
  );

  it("of ingest has examples and the exit codes", async () => {
    const { stdout } = await callCli(["ingest", "--help"]);
    expect(stdout).toContain("Examples:\n  copycat ingest ");
    expect(stdout).toContain(
      "Exit codes: 0 all in; 1 failed, nothing changed by what failed; 2 wrong usage; 3 finished, with rejects.",
    );
  });

  it("shows the version that package.json has", async () => {
    const { default: manifest } = await import("../../package.json", { with: { type: "json" } });
    expect(await callCli(["--version"])).toEqual({ code: 0, stdout: `${manifest.version}\n`, stderr: "" });
  });
});
