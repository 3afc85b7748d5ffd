// A service on the targets of a file, over real HTTP.

import { afterAll, beforeAll } from "vitest";
import {
  type RunningService,
  startTargetsService,
  type TargetsServiceOptions,
} from "../../src/service/index.ts";
import type { TestDatabase } from "../support/database.ts";
import type { TestTargets } from "./support.ts";

export interface TargetsService {
  readonly url: string;
  readonly notices: readonly string[];
}

export function useTargetsService(targets: TestTargets, options: TargetsServiceOptions = {}): TargetsService {
  let running: RunningService | undefined;
  const notices: string[] = [];
  beforeAll(async () => {
    running = await startTargetsService(await targets.read(), {
      port: 0,
      onNotice: (message) => void notices.push(message),
      ...options,
    });
  });
  afterAll(async () => {
    await running?.stop(0);
  });
  return {
    notices,
    get url() {
      if (running === undefined) throw new Error("The service runs inside tests and hooks only.");
      return running.url;
    },
  };
}

/** A database of the targets by its name. */
export function databaseOf({ databases }: TestTargets, name: string): TestDatabase {
  const found = databases[name];
  if (found === undefined) throw new Error(`There is no target ${name}.`);
  return found;
}

/** Keys of the datasets of a target. */
export async function datasetsAt(targets: TestTargets, name: string): Promise<string[]> {
  const rows = await databaseOf(targets, name).rows<{ key: string }>(
    "select key from nodes where parent = 0 order by key",
  );
  return rows.map(({ key }) => key);
}
