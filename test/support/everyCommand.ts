// Every command that reads or changes a catalog, on one that holds the example VDP.

import { expect, it } from "vitest";
import { callCli } from "./cli.ts";
import type { TestDatabase } from "./database.ts";

/** In this order: what one makes the next looks at. What each must print. */
const commands: readonly [command: string, printed: RegExp][] = [
  ["show VDP/H_0001/mh_powder_30T", /^\/VDP\/H_0001\/mh_powder_30T {2}\(array, id \d+\)\n/],
  ["search VDP --where has_spin_s --count", /^10\n$/],
  ["sources", /^VDP {2}\d+ entities, /m],
  ["read VDP/H_0001/mh_powder_30T", /^\[0\. {6}0\.05533 /],
  ["locators VDP --format csv", /^entity,artifact,/],
  ["index advise", /copycat index add Ja_meV/],
  ["index add Ja_meV", /Ja_meV/],
  ["index list", /Ja_meV/],
  ["index drop Ja_meV", /^Dropped/],
  ["view create VDP", /\d+ rows/],
  ["view list", /VDP/],
  ["view drop VDP", /^Dropped/],
  ["serve-config", /^ {4}tree: "catalog"$/m],
  ["verify --files", /./],
  ["verify --repair", /./],
  ["doctor", /./],
  ["roles", /^-- The roles\. /],
];

export function itRunsEveryCommand(database: TestDatabase): void {
  it.each(commands)("copycat %s", async (command, printed) => {
    // A filter is one argument, and holds a space.
    const args = command.split(" ").map((part) => part.replace(/^has_/, "has "));
    const { code, stdout, stderr } = await callCli([...args, "--dsn", database.dsn]);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(printed);
  });
}
