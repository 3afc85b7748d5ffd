// Checks that a Python script makes with the stock client, each as a test of its own.

import { beforeAll, expect, it } from "vitest";
import type { TiledEnvironment } from "../../support/tiledEnvironment.ts";
import { runPython, type TiledServer } from "./programs.ts";

/** One line of a script's output. */
export interface Check {
  name: string;
  ok: boolean;
  /** What was found; of a check that failed, why. */
  detail: unknown;
}

export type Checks = Map<string, Check>;

/** What read_arrays.py checks of every array, and of its parts unless told `parts: false`. */
export const wholeArrays = ["reads every array as h5py does", "names file and size of every array"];
export const arraysAndParts = [
  "reads every array as h5py does",
  "reads slices of every array",
  "reads every block of every array",
  "names file and size of every array",
];

/** Runs a script against a server; its checks by name. @throws with the server's log when the script itself fails */
export async function runChecks(
  environment: TiledEnvironment,
  script: string,
  { server, ...args }: { server: TiledServer } & Record<string, unknown>,
): Promise<Checks> {
  const output = await runPython(environment, script, {
    url: server.url,
    apiKey: server.apiKey,
    ...args,
  }).catch((error: unknown) => {
    throw new Error(`${script} failed: ${String(error)}\nTiled's log:\n${server.log().slice(-6000)}`, {
      cause: error,
    });
  });
  const checks = output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Check);
  return new Map(checks.map((check) => [check.name, check]));
}

/** A test a name, in this `describe`; and one that no check was made which has no test. */
export function itChecks(names: readonly string[], run: () => Promise<Checks>): void {
  let checks: Checks = new Map();
  beforeAll(async () => {
    checks = await run();
  });
  it.each(names)("%s", (name) => {
    const check = checks.get(name);
    expect(check?.ok, detailOf(check)).toBe(true);
  });
  it("made these checks and no others", () => {
    expect([...checks.keys()]).toEqual(names);
  });
}

export function detailOf(check: Check | undefined): string {
  if (check === undefined) return "the script has not made this check";
  return typeof check.detail === "string" ? check.detail : JSON.stringify(check.detail);
}
