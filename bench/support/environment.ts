// On what a number was measured.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { cpus, loadavg, totalmem } from "node:os";
import type pg from "pg";

export interface Environment {
  machine: { cpu: string; cores: number; memoryGiB: number; loadAverage: number };
  versions: Record<string, string>;
  /** Settings of the server that matter for a load. */
  settings: Record<string, string>;
}

const settingNames = [
  "autovacuum",
  "checkpoint_timeout",
  "default_toast_compression",
  "fsync",
  "full_page_writes",
  "maintenance_work_mem",
  "max_wal_size",
  "shared_buffers",
  "synchronous_commit",
  "wal_compression",
  "wal_level",
];

export async function describeEnvironment(
  client: pg.Client,
  packages: readonly string[],
): Promise<Environment> {
  const { rows } = await client.query<{ name: string; value: string }>(
    "select name, current_setting(name) as value from pg_settings where name = any($1) order by name",
    [settingNames],
  );
  const [cpu] = cpus();
  return {
    machine: {
      cpu: cpu?.model ?? "unknown",
      cores: cpus().length,
      memoryGiB: Math.round(totalmem() / 2 ** 30),
      // Who else was at work when it began.
      loadAverage: loadavg()[0] ?? Number.NaN,
    },
    versions: { ...(await serverVersions(client)), ...(await clientVersions(packages)) },
    settings: Object.fromEntries(rows.map(({ name, value }) => [name, value])),
  };
}

async function serverVersions(client: pg.Client): Promise<Record<string, string>> {
  const { rows } = await client.query<{ postgres: string; pgvector: string | null }>(`
    select current_setting('server_version') as postgres,
      (select extversion from pg_extension where extname = 'vector') as pgvector`);
  return { postgres: rows[0]?.postgres ?? "unknown", pgvector: rows[0]?.pgvector ?? "none" };
}

async function clientVersions(packages: readonly string[]): Promise<Record<string, string>> {
  const versions: Record<string, string> = { node: process.versions.node };
  const { resolve } = createRequire(import.meta.url);
  for (const name of packages) {
    try {
      const text = await readFile(resolve(`${name}/package.json`), "utf8");
      versions[name] = (JSON.parse(text) as { version: string }).version;
    } catch {
      // An optional one that could not be built.
      versions[name] = "none";
    }
  }
  const own = await readFile(new URL("../../package.json", import.meta.url), "utf8");
  versions.copycat = (JSON.parse(own) as { version: string }).version;
  return versions;
}
