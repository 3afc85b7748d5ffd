// One call for all formats.

import { checkWindow } from "../results/timeline.ts";
import type { SimulationSource } from "../types.ts";
import { writeHdf5 } from "./hdf5.ts";
import { writeFiles } from "./jsonFiles.ts";
import { type LongBatch, longBatches } from "./longRows.ts";
import { checkPlace, type Place, writeInPlace } from "./place.ts";
import { chosenDatasets } from "./selection.ts";
import type { ExportOptions, ExportReport, Written } from "./types.ts";

/**
 * Writes a simulation, or a part of one, as files that other programs read: what is there before is left alone unless
 * `force` says otherwise, and nothing half written is left behind.
 *
 * @throws CopycatError CONFLICT when something is there; NOT_FOUND for a dataset that is not; CANCELLED
 *
 * @example
 * await exportSimulation(store, { format: "parquet", path: "run.parquet" });
 */
export async function exportSimulation(
  source: SimulationSource,
  options: ExportOptions,
): Promise<ExportReport> {
  const start = performance.now();
  const { format, path } = options;
  checkWindow(options.from, options.to);
  const place: Place = {
    path,
    kind: format === "json" || format === "msgpack" ? "folder" : "file",
    force: options.force === true,
  };
  await checkPlace(place);
  const datasets = await chosenDatasets(source, options);
  const written = await writeInPlace(place, (temporary) => write(source, temporary, options));
  const elapsedMs = Math.round(performance.now() - start);
  return { format, path, datasets: datasets.length, ...written, elapsedMs };
}

async function write(source: SimulationSource, path: string, options: ExportOptions): Promise<Written> {
  const { format } = options;
  if (format === "json" || format === "msgpack") return await writeFiles(source, path, options);
  if (format === "hdf5") return await writeHdf5(source, path, options);
  const counts = { initialDatasets: 0, updates: 0, rows: 0 };
  const batches = longBatches(source, options, counts);
  const bytes = await writeTable(path, batches, format);
  return { ...counts, bytes, notices: [] };
}

async function writeTable(
  path: string,
  batches: AsyncIterable<LongBatch>,
  format: "parquet" | "arrow" | "arrows",
): Promise<number> {
  if (format === "parquet") {
    const { writeParquet } = await import("./parquet.ts");
    return await writeParquet(path, batches);
  }
  const { writeArrow } = await import("./arrow.ts");
  return await writeArrow(path, batches, { kind: format === "arrow" ? "file" : "stream" });
}
