// A watch that is killed again and again while files come: in the end the catalog is that of one clean load.

import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { File as HdfFile, ready as hdf5Ready } from "h5wasm/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { ingest, watchDataset } from "../../src/ingest/index.ts";
import { nodesBelow } from "../ingest/support.ts";
import { content, describeFiles } from "../ingest/watch/support.ts";
import { type TestDatabase, useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const killed = useDatabase();
const clean = useDatabase();
const folder = useFolder();
const kills = 20;
const leastFiles = 60;
const script = fileURLToPath(new URL("watchWhenTold.ts", import.meta.url));
const waiting: ChildProcessWithoutNullStreams[] = [];

beforeAll(async () => {
  await hdf5Ready;
});

afterAll(() => {
  for (const child of waiting) child.kill("SIGKILL");
});

function load(input: string): void {
  const args = [
    "watch",
    input,
    "--dsn",
    killed.dsn,
    "--interval",
    "0.05",
    "--settle",
    "0.1",
    "--workers",
    "1",
  ];
  const env = { ...process.env, DATABASE_URL: "" };
  waiting.push(spawn(process.execPath, ["--import", "tsx", script, ...args], { cwd: process.cwd(), env }));
}

/** Lets the next one begin and kills it after a while, or after its first batch; what it had printed. */
async function runAndKill(afterMs: number | "batch"): Promise<{ printed: string; elapsedMs: number }> {
  const child = waiting.shift() as ChildProcessWithoutNullStreams;
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  await expect.poll(() => printed, { timeout: 60_000, interval: 5 }).toContain("loaded");
  const startMs = performance.now();
  child.stdin.write("\n");
  if (afterMs === "batch") await expect.poll(() => printed, { timeout: 60_000 }).toContain('"event":"batch"');
  else await pause(afterMs);
  child.kill("SIGKILL");
  const elapsedMs = performance.now() - startMs;
  await once(child, "close");
  return { printed, elapsedMs };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Files as they come in life: whole, in two pieces, rewritten later, or open for a while. */
async function addFiles(until: () => boolean): Promise<void> {
  const later: Promise<void>[] = [];
  for (let index = 0; index < leastFiles || !until(); index++) {
    const name = `data/run${index % 4}/H${index}.h5`;
    later.push(addFile(name, index));
    await pause(until() ? 0 : 150);
  }
  await Promise.all(later);
}

async function addFile(name: string, index: number): Promise<void> {
  if (index % 5 === 1) {
    const bytes = readFileSync(await folder.hdf5(`elsewhere/${index}.h5`, content(index)));
    writeFileSync(folder.path(name), bytes.subarray(0, Math.floor(bytes.length * Math.random())));
    await pause(400);
    writeFileSync(folder.path(name), bytes);
  } else if (index % 7 === 3) {
    const writer = new HdfFile(folder.path(name), "w");
    writer.create_dataset({ name: "T", data: index, shape: [], dtype: "<d" });
    writer.create_dataset({ name: "a", data: new Float64Array(4) });
    writer.flush();
    await pause(600);
    writer.close();
  } else {
    await folder.hdf5(name, content(index));
    if (index % 3 !== 0) return;
    await pause(1000);
    await folder.hdf5(name, content(index + 0.5, 5));
  }
}

/** All there is, but for ids and times. */
async function wholeCatalog(database: TestDatabase): Promise<object> {
  const assets = await database.rows("select data_uri, is_directory, size from assets order by data_uri");
  return { nodes: Object.fromEntries(await nodesBelow(database, "/D")), assets };
}

it(`killed at ${kills} random moments it has put in what a clean load puts in`, {
  timeout: 240_000,
}, async () => {
  for (const run of [0, 1, 2, 3]) folder.folder(`data/run${run}`);
  const input = folder.text("data/d.yaml", describeFiles("D").replace('"*.h5"', '"**/*.h5"'));
  let isOver = false;
  const adding = addFiles(() => isOver);
  const delaysMs: number[] = [];
  for (let ahead = 0; ahead < 3; ahead++) load(input);
  // How long a batch takes here and now says when a kill hits one.
  let { printed, elapsedMs } = await runAndKill("batch");
  const longestMs = 2 * elapsedMs;
  for (let kill = 1; kill < kills; kill++) {
    if (kill + waiting.length < kills) load(input);
    const delayMs = Math.round(Math.random() * longestMs);
    delaysMs.push(delayMs);
    printed += (await runAndKill(delayMs)).printed;
  }
  isOver = true;
  await adding;
  const why = `killed after ${delaysMs.join(", ")} ms`;
  expect(printed, why).toContain('"event":"batch"');
  expect(printed, why).not.toContain('"status":"failed"');

  const options = { inputs: [input], once: true, settleMs: 300, ingest: { workers: 1 } };
  await watchDataset(killed.dsn, options);
  // What is in already is known to be.
  const events: string[] = [];
  await watchDataset(killed.dsn, { ...options, onEvent: (event) => events.push(JSON.stringify(event)) });
  expect(events.join("\n"), why).toContain('"filesRead":0,');

  await ingest(clean.database, { inputs: [input], workers: 1, rejectsFile: folder.path("rejects.ndjson") });
  expect(await wholeCatalog(killed), why).toEqual(await wholeCatalog(clean));
  const { checks } = await verifyCatalog(killed.database);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  // Some were killed in the middle of a batch, or this has proved nothing.
  const runs = await killed.rows<{ status: string }>("select distinct status from copycat.run order by 1");
  expect(
    runs.map(({ status }) => status),
    why,
  ).toEqual(["completed", "running"]);
});
