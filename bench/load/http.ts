// What users do today: a Tiled server over PostgreSQL, and one POST a node, over a connection that stays open. Plain
// requests: the Python client would ask more of it than that.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { NodeRecord } from "../../src/catalog/index.ts";
import { inFreshCatalog } from "./freshCatalog.ts";
import { makeNodeBatches, nodesPerEntity } from "./nodes.ts";
import { missingPython, run, venvProgram } from "./python.ts";
import type { Way } from "./types.ts";

/** At least so long, in whole entities. */
const leastMs = 10_000;
const leastNodes = 300;
/** 400 nodes/s would be ten times what such a server does on two cores. */
const maxEntities = 1000;
const startTimeoutMs = 60_000;
export const tiledApiKey = "bench";

export const http: Way = {
  name: "http",
  label: "Tiled server, HTTP",
  maxEntities,
  missing: missingPython,
  load: (task) =>
    inFreshCatalog(
      task,
      async ({ dsn, connect }) => {
        const server = await startTiled(dsn);
        try {
          const entities = Math.min(task.entities, maxEntities);
          const start = performance.now();
          const posted = await register(server.url, entities, task.locators, start);
          const client = await connect();
          await client.query(
            "analyze nodes, nodes_closure, structures, data_sources, assets, data_source_asset_association",
          );
          const elapsedMs = performance.now() - start;
          await client.end();
          return { entities: posted, elapsedMs };
        } finally {
          await stopTiled(server.process);
        }
      },
      async (dsn) => void (await run(venvProgram("tiled"), ["catalog", "init", sqlalchemyUri(dsn)])),
    ),
};

/** Gives the number of entities that are in when it has been long enough, or when there are no more. */
async function register(url: string, entities: number, locators: boolean, start: number): Promise<number> {
  let nodes = 0;
  for await (const batch of makeNodeBatches(entities, { locators, batchNodes: nodesPerEntity })) {
    for (const node of batch) {
      await post(url, node);
      nodes += 1;
    }
    if (nodes >= leastNodes && performance.now() - start >= leastMs) break;
  }
  return (nodes - 1) / nodesPerEntity;
}

async function post(url: string, node: NodeRecord): Promise<void> {
  const response = await fetch(`${url}/register/${node.parentPath.join("/")}`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Apikey ${tiledApiKey}` },
    body: bodyOf(node),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`POST of ${node.key}: ${response.status} ${text.slice(0, 500)}`);
}

function bodyOf({ key, structureFamily, metadata, dataSource: source }: NodeRecord): string {
  const sources =
    source === null
      ? []
      : [
          {
            structure_family: structureFamily,
            structure: JSON.parse(source.structure?.json ?? "null") as unknown,
            mimetype: source.mimetype,
            parameters: JSON.parse(source.parameters) as unknown,
            properties: {},
            management: source.management,
            assets: source.assets.map(({ dataUri, isDirectory, size, parameter, num }) => ({
              data_uri: dataUri,
              is_directory: isDirectory,
              size,
              parameter,
              num,
            })),
          },
        ];
  const rest = JSON.stringify({
    id: key,
    structure_family: structureFamily,
    specs: [],
    data_sources: sources,
  });
  return `${rest.slice(0, -1)},"metadata":${metadata}}`;
}

/** On a catalog that is there. */
export async function startTiled(dsn: string): Promise<{ url: string; process: ChildProcess }> {
  const port = await freePort();
  const child = spawn(
    venvProgram("tiled"),
    [
      "serve",
      "catalog",
      sqlalchemyUri(dsn),
      "-r",
      "/data",
      "--host",
      "127.0.0.1",
      "--port",
      `${port}`,
      "--api-key",
      tiledApiKey,
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      // It logs every request; the end says why it failed.
      log = (log + text).slice(-4000);
    });
  }
  const url = `http://127.0.0.1:${port}/api/v1`;
  const start = performance.now();
  while (performance.now() - start < startTimeoutMs && child.exitCode === null) {
    const isUp = await fetch(`${url}/`).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return { url, process: child };
    await sleep(100);
  }
  await stopTiled(child);
  throw new Error(`The Tiled server did not start: ${log}`);
}

/** SQLAlchemy does not know the short form of the scheme. */
function sqlalchemyUri(dsn: string): string {
  return dsn.replace(/^postgres:/, "postgresql:");
}

export async function stopTiled(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill();
  await Promise.race([ended, sleep(5000)]);
  if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No port is free.");
  return address.port;
}
