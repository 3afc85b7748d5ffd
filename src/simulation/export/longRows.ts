// Arrays as a table in long form: a row for each update, entity and attribute. In batches of columns, so that memory stays flat.

import { undefinedTest } from "../arrays/index.ts";
import { beginningOf } from "../results/initial.ts";
import type { EntityData, SimulationArray, SimulationSource } from "../types.ts";
import { appendValues } from "./longValues.ts";
import { chosenData, chosenDatasets, chosenUpdates } from "./selection.ts";
import type { ExportOptions } from "./types.ts";

/** Rows of a batch: of a row group in Parquet, of a record batch in Arrow. */
export const rowsPerBatch = 50_000;

/** What all rows of an array have in common. */
interface Head {
  /** Null of initial data. */
  timestamp: bigint | null;
  iteration: number | null;
  origin: string | null;
  dataset: string;
  group: string;
  attribute: string;
}

/** The columns of the table. Of `value`, `text`, `list` and `text_list` at most one is not null. */
export class LongBatch {
  readonly timestamp: (bigint | null)[] = [];
  readonly iteration: (number | null)[] = [];
  readonly origin: (string | null)[] = [];
  readonly dataset: string[] = [];
  readonly group: string[] = [];
  readonly attribute: string[] = [];
  /** Null where the group has no ids. */
  readonly id: (bigint | null)[] = [];
  /** Numbers, and bools as 0 and 1; null where undefined. */
  readonly value: (number | null)[] = [];
  /** Texts, and the digits of whole numbers that no double holds. */
  readonly text: (string | null)[] = [];
  /** Components, and ragged rows. */
  readonly list: ((number | null)[] | null)[] = [];
  readonly textList: ((string | null)[] | null)[] = [];
  /** Of rows whose elements have components themselves: how many; their numbers stand one after another in the list. */
  readonly components: (number | null)[] = [];

  get rows(): number {
    return this.dataset.length;
  }

  append(head: Head, id: bigint | null): void {
    this.timestamp.push(head.timestamp);
    this.iteration.push(head.iteration);
    this.origin.push(head.origin);
    this.dataset.push(head.dataset);
    this.group.push(head.group);
    this.attribute.push(head.attribute);
    this.id.push(id);
  }
}

export interface LongCounts {
  initialDatasets: number;
  updates: number;
  rows: number;
}

/** @param counts are kept up to date */
export async function* longBatches(
  source: SimulationSource,
  options: ExportOptions,
  counts: LongCounts,
): AsyncGenerator<LongBatch> {
  const start = performance.now();
  const datasets = await chosenDatasets(source, options);
  const total = datasets.reduce((sum, { updates }) => sum + updates, 0);
  const rows = new RowMaker();
  for (const { name } of datasets) {
    if (options.initial === true) {
      const initial = await source.readInitial(name);
      if (initial !== null && initial.format !== "binary") {
        const data = chosenData(beginningOf(initial).data, options);
        counts.initialDatasets += 1;
        yield* rows.add({ timestamp: null, iteration: null, origin: null, dataset: name }, data);
      }
    }
    for await (const { timestamp, iteration, origin, data } of chosenUpdates(source, name, options)) {
      yield* rows.add({ timestamp: BigInt(timestamp), iteration, origin, dataset: name }, data);
      counts.updates += 1;
      counts.rows = rows.count;
      const elapsedMs = Math.round(performance.now() - start);
      options.onProgress?.({ phase: "updates", done: counts.updates, total, elapsedMs });
    }
  }
  counts.rows = rows.count;
  if (rows.batch.rows > 0) yield rows.batch;
}

class RowMaker {
  batch = new LongBatch();
  count = 0;

  *add(head: Omit<Head, "group" | "attribute">, data: EntityData): Generator<LongBatch> {
    for (const [group, arrays] of data) {
      const ids = idsOf(arrays.get("id"));
      for (const [attribute, array] of arrays) {
        if (attribute === "id") continue;
        yield* this.addArray({ ...head, group, attribute }, { array, ids });
      }
    }
  }

  private *addArray(
    head: Head,
    { array, ids }: { array: SimulationArray; ids: (bigint | null)[] | null },
  ): Generator<LongBatch> {
    const { rowPtr, shape } = array;
    const entities = rowPtr === undefined ? (shape[0] ?? 0) : rowPtr.length - 1;
    for (let start = 0; start < entities; ) {
      const stop = Math.min(entities, start + rowsPerBatch - this.batch.rows);
      for (let entity = start; entity < stop; entity++) this.batch.append(head, ids?.[entity] ?? null);
      appendValues(this.batch, array, { start, stop });
      this.count += stop - start;
      start = stop;
      if (this.batch.rows < rowsPerBatch) continue;
      yield this.batch;
      this.batch = new LongBatch();
    }
  }
}

function idsOf(ids: SimulationArray | undefined): (bigint | null)[] | null {
  if (ids === undefined) return null;
  const isUndefined = undefinedTest(ids.dtype);
  return Array.from(ids.data as ArrayLike<number | bigint>, (id) => (isUndefined(id) ? null : BigInt(id)));
}
