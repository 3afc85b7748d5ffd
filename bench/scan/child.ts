// One run of `ingest` in a process of its own, so that its peak of memory is its own. Prints one line of JSON.

import { parseArgs } from "node:util";
import { ingest, openDatabase } from "../../src/index.ts";
import type { ScanRun } from "./rounds.ts";

const { values } = parseArgs({
  options: { input: { type: "string" }, dsn: { type: "string" }, workers: { type: "string" } },
});
const { input = "", dsn, workers } = values;
const database = dsn === undefined ? null : await openDatabase({ dsn });
const cpuBefore = process.cpuUsage();
const start = performance.now();
const report = await ingest(database, {
  inputs: [input],
  dryRun: database === null,
  ...(workers === undefined ? {} : { workers: Number(workers) }),
});
const elapsedMs = performance.now() - start;
const cpu = process.cpuUsage(cpuBefore);
await database?.close();
if (report.nodes.rejected > 0) throw new Error(`${report.nodes.rejected} records were rejected.`);
const run: ScanRun = {
  elapsedMs,
  nodes: report.nodes.inserted,
  cpuMs: (cpu.user + cpu.system) / 1000,
  peakRssBytes: report.peakRssBytes,
  phases: Object.fromEntries(report.phases.map(({ name, elapsedMs }) => [name, elapsedMs])),
};
console.log(JSON.stringify(run));
