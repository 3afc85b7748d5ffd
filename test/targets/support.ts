// Several databases as the targets of a file.

import { readTargets, type Targets } from "../../src/targets/index.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import type { TestFolder } from "../support/files.ts";

export interface TestTargets {
  databases: Readonly<Record<string, TestDatabase>>;
  /** Writes the file; its absolute path. */
  write(): string;
  read(): Promise<Targets>;
}

/** @param datasets by target, the keys and patterns that go to it; a target without any takes all others */
export function useTargets(
  folder: TestFolder,
  datasets: Readonly<Record<string, readonly string[]>>,
): TestTargets {
  const databases = Object.fromEntries(Object.keys(datasets).map((name) => [name, useDatabase()]));
  const write = (): string => {
    const list = Object.entries(datasets).map(([name, keys]) => ({
      name,
      dsn: databases[name]?.dsn,
      ...(keys.length === 0 ? { default: true } : { datasets: keys }),
    }));
    // JSON is YAML.
    return folder.text("targets.yaml", JSON.stringify({ targets: list }, null, 2));
  };
  return { databases, write, read: () => readTargets(write()) };
}
