// Three servers, each a process of its own, one of which is killed while a load runs.

import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { searchNodes, verifyCatalog } from "../../src/catalog/index.ts";
import { startEmbedded, stopEmbedded } from "../../src/database/embedded/index.ts";
import { openDatabase } from "../../src/database/index.ts";
import { ingestTargets, readTargets, type TargetResult, type Targets } from "../../src/targets/index.ts";
import { useFolder } from "../support/files.ts";

const folder = useFolder();
const names = ["one", "two", "three"] as const;
type Name = (typeof names)[number];

interface Server {
  folder: string;
  dsn: string;
  pid: number;
}

const servers = new Map<Name, Server>();

async function start(name: Name): Promise<void> {
  const home =
    servers.get(name)?.folder ?? (await realpath(await mkdtemp(join(tmpdir(), "copycat-targets-"))));
  const { dsn, pid } = await startEmbedded({ folder: home, durable: true });
  servers.set(name, { folder: home, dsn, pid });
}

beforeAll(async () => {
  await Promise.all(names.map(start));
}, 120_000);

afterAll(async () => {
  for (const server of servers.values()) {
    await stopEmbedded({ folder: server.folder });
    await rm(server.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
});

const entities = 3000;
const datasets = { one: ["A1", "A2"], two: ["B1", "B2"], three: ["C1", "C2"] };

function writeInputs(): string[] {
  return Object.values(datasets)
    .flat()
    .map((dataset) => {
      const children = Array.from({ length: entities }, (_, index) => ({
        path: `/${dataset}/E${index}`,
        metadata: { index },
      }));
      const lines = [{ path: `/${dataset}`, metadata: {} }, ...children].map((record) =>
        JSON.stringify(record),
      );
      return folder.text(`${dataset}.ndjson`, `${lines.join("\n")}\n`);
    });
}

async function targets(): Promise<Targets> {
  const list = names.map((name) => ({ name, dsn: servers.get(name)?.dsn, datasets: datasets[name] }));
  return readTargets(folder.text("targets.yaml", JSON.stringify({ targets: list })));
}

/** Entities by dataset; the catalog must be sound. */
async function storedAt(name: Name): Promise<Record<string, number>> {
  const database = await openDatabase({ dsn: servers.get(name)?.dsn ?? "" });
  try {
    const report = await verifyCatalog(database);
    expect(report).toMatchObject({ ok: true });
    const counts: Record<string, number> = {};
    for (const dataset of datasets[name]) {
      const { nodes } = await searchNodes(database, { dataset, limit: entities + 1 }).catch(() => ({
        nodes: [],
      }));
      counts[dataset] = nodes.length;
    }
    return counts;
  } finally {
    await database.close();
  }
}

const outcome = ({ target, report, error }: TargetResult): unknown => [
  target,
  error === null ? report?.nodes.inserted : "failed",
];

it("the others complete, its datasets are absent or whole, and the same again completes it", async () => {
  const inputs = writeInputs();
  let isKilled = false;
  const results = await ingestTargets(await targets(), {
    inputs,
    onProgress: ({ target, nodes }) => {
      if (target !== "two" || isKilled || nodes === 0) return;
      isKilled = true;
      process.kill(servers.get("two")?.pid ?? 0, "SIGKILL");
    },
  });
  expect(isKilled).toBe(true);
  // Files of records go in together, those of each server.
  const both = datasets.one.length * (entities + 1);
  expect(results.map(outcome)).toEqual([
    ["one", both],
    ["two", "failed"],
    ["three", both],
  ]);
  expect(String(results[1]?.error)).toContain(`:${new URL(servers.get("two")?.dsn ?? "").port}/`);
  await start("two");
  for (const count of Object.values(await storedAt("two"))) expect([0, entities]).toContain(count);
  const again = await ingestTargets(await targets(), { inputs });
  expect(again.map(({ error }) => error)).toEqual([null, null, null]);
  for (const name of names) {
    expect(await storedAt(name)).toEqual(
      Object.fromEntries(datasets[name].map((dataset) => [dataset, entities])),
    );
  }
});
