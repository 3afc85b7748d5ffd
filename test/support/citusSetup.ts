// The cluster for tests: TEST_CITUS_URL, the coordinator of one that is there, else one that cluster.sh makes. Never skipped
// silently.

import { execFile } from "node:child_process";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  export interface ProvidedContext {
    /** Connection string of the coordinator. */
    citusUrl: string;
  }
}

const run = promisify(execFile);
const script = "test/citus/cluster.sh";

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env.TEST_CITUS_URL;
  if (given !== undefined && given !== "") {
    project.provide("citusUrl", given);
    return async () => undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), "copycat-citus-"));
  const stop = async (): Promise<void> => {
    await run("bash", [script, "stop", folder]);
  };
  try {
    const { stdout } = await run("bash", [script, "start", folder]);
    project.provide("citusUrl", stdout.trim());
    return stop;
  } catch (error) {
    await stop();
    throw error;
  }
}
