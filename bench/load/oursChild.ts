// The process that loads with copycat: takes its task as JSON, answers with JSON on stdout.

import { type LoadReport, loadNodes } from "../../src/catalog/index.ts";
import { openDatabase } from "../../src/index.ts";
import { prepareRecords } from "./records.ts";
import type { Loaded } from "./types.ts";

export interface OursTask {
  dsn: string;
  entities: number;
  locators: boolean;
}

export type OursAnswer = Required<Pick<Loaded, "elapsedMs" | "phases" | "memory">>;

const { dsn, entities, locators } = JSON.parse(process.argv[2] ?? "{}") as OursTask;
process.stdout.write(JSON.stringify(await load()));

async function load(): Promise<OursAnswer> {
  const records = await prepareRecords(entities, locators);
  const database = await openDatabase({ dsn });
  // The other ways have their connection, too, before the clock starts.
  await database.pool.query("select");
  globalThis.gc?.();
  const beforeBytes = process.memoryUsage.rss();
  const start = performance.now();
  const report: LoadReport = await loadNodes(database, records, {
    mode: "offline",
    policy: "skip",
    dryRun: false,
    onReject: ({ position, message }) => {
      throw new Error(`Rejected: ${position}: ${message}`);
    },
  });
  const elapsedMs = performance.now() - start;
  await database.close();
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { elapsedMs, phases: report.phases, memory: { peakBytes, beforeBytes } };
}
