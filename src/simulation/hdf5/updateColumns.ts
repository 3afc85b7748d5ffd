// The updates of a dataset as columns, block after block: as contiguous ragged arrays, in the words of the CF conventions.

import { CopycatError } from "../../errors.ts";
import type { GrowingDataset, Hdf5Writer } from "../../hdf5/index.ts";
import { entityCount } from "../arrays/index.ts";
import type { GroupData, SimulationUpdate } from "../types.ts";
import type { ColumnPlan } from "./attributeFacts.ts";
import { denseValues, fillOf, fillValues, hdf5Type, raggedValues, widthOf } from "./column.ts";
import { gzipLevel } from "./layout.ts";
import { linkName } from "./names.ts";
import type { GroupSurvey, Survey } from "./survey.ts";

/** Writes the updates of one dataset that it is given, in their order. */
export class UpdateColumns {
  private readonly timestamp: GrowingDataset;
  private readonly iteration: GrowingDataset;
  private readonly origins: string[] = [];
  private readonly groups = new Map<string, GroupColumns>();
  private readonly writer: Hdf5Writer;
  private readonly path: string;
  private readonly updates: number;

  constructor(writer: Hdf5Writer, dataset: string, survey: Survey) {
    this.writer = writer;
    this.updates = survey.updates;
    this.path = `/updates/${linkName(dataset)}`;
    writer.group(this.path, { name: dataset });
    const shape = [survey.updates] as const;
    const gzip = gzipLevel;
    this.timestamp = writer.growing(`${this.path}/timestamp`, { dtype: "<q", shape, gzip });
    this.iteration = writer.growing(`${this.path}/iteration`, { dtype: "<q", shape, gzip });
    for (const [name, group] of survey.groups) {
      if (group.blocks > 0) this.groups.set(name, new GroupColumns(writer, { path: this.path, name, group }));
    }
  }

  /** @throws CopycatError CONFLICT when it is none of those that were looked at before */
  append({ timestamp, iteration, origin, data }: SimulationUpdate): void {
    const update = this.timestamp.rows;
    if (update === this.updates) throw hasChanged();
    this.timestamp.append(BigInt64Array.of(BigInt(timestamp)));
    this.iteration.append(BigInt64Array.of(BigInt(iteration)));
    this.origins.push(origin ?? "");
    let place = 0;
    for (const [name, arrays] of data) {
      const group = this.groups.get(name);
      if (group === undefined) throw hasChanged();
      group.append({ update, place: place++, arrays });
    }
  }

  finish(): void {
    if (this.timestamp.rows !== this.updates) throw hasChanged();
    // Few names come again and again; they are known at the end.
    if (this.origins.length > 0) {
      this.writer.dataset(`${this.path}/origin`, {
        data: this.origins,
        gzip: gzipLevel,
        chunks: [Math.min(this.origins.length, 4096)],
      });
    }
  }
}

function hasChanged(): CopycatError {
  return new CopycatError(
    "CONFLICT",
    "The simulation was changed while it was being exported; export it again when nobody writes to it.",
  );
}

interface Block {
  update: number;
  /** Of the group in its update. */
  place: number;
  arrays: GroupData;
}

class GroupColumns {
  private readonly update: GrowingDataset;
  private readonly rowPtr: GrowingDataset;
  private readonly order: GrowingDataset;
  private readonly columns: Map<string, Column>;
  private readonly blocks: number;
  private rows = 0;

  constructor(writer: Hdf5Writer, { path, name, group }: { path: string; name: string; group: GroupSurvey }) {
    const place = `${path}/${linkName(name)}`;
    writer.group(place, { name });
    const gzip = gzipLevel;
    const { blocks, updates } = group;
    this.blocks = blocks;
    this.update = writer.growing(`${place}/update`, { dtype: "<q", shape: [blocks, 2], gzip });
    this.rowPtr = writer.growing(`${place}/row_ptr`, { dtype: "<q", shape: [blocks + 1], gzip });
    this.rowPtr.append(BigInt64Array.of(0n));
    // Which attributes a block has, and in which order: 1 for the first one, 0 for one that it has not.
    this.order = writer.growing(`${place}/order`, { dtype: "<I", shape: [blocks, updates.size], gzip });
    const columns = [...updates].map(([attribute, facts], position) => {
      const at = { path: place, attribute, position };
      return [attribute, new Column(writer, facts.plan(), at)] as const;
    });
    this.columns = new Map(columns);
  }

  append({ update, place, arrays }: Block): void {
    if (this.update.rows === this.blocks) throw hasChanged();
    const [first] = arrays.values();
    const entities = first === undefined ? 0 : entityCount(first);
    this.update.append(BigInt64Array.of(BigInt(update), BigInt(place)));
    this.rows += entities;
    this.rowPtr.append(BigInt64Array.of(BigInt(this.rows)));
    const names = [...arrays.keys()];
    if (!names.every((name) => this.columns.has(name))) throw hasChanged();
    this.order.append(Uint32Array.from(this.columns.keys(), (name) => names.indexOf(name) + 1));
    for (const [name, column] of this.columns) column.append(arrays.get(name) ?? null, entities);
  }
}

interface ColumnPlace {
  path: string;
  attribute: string;
  position: number;
}

class Column {
  private readonly plan: ColumnPlan;
  private readonly values: GrowingDataset;
  private readonly rowPtr: GrowingDataset | null = null;
  private elements = 0;

  constructor(writer: Hdf5Writer, plan: ColumnPlan, { path, attribute, position }: ColumnPlace) {
    this.plan = plan;
    const place = `${path}/${linkName(attribute)}`;
    const marks = { name: attribute, position: BigInt(position), numpy_dtype: plan.dtype };
    const filled = { ...marks, ...fillAttribute(plan) };
    const dtype = hdf5Type(plan);
    const gzip = gzipLevel;
    if (plan.isRagged) {
      writer.group(place, marks);
      this.rowPtr = writer.growing(`${place}/row_ptr`, { dtype: "<q", shape: [null], gzip });
      this.rowPtr.append(BigInt64Array.of(0n));
    }
    this.values = writer.growing(plan.isRagged ? `${place}/values` : place, {
      dtype,
      shape: [null, ...plan.inner],
      gzip,
      attributes: plan.isRagged ? fillAttribute(plan) : filled,
    });
  }

  /** @param array null for a block that has no such attribute: its rows are filled, ragged ones are empty */
  append(array: Parameters<typeof denseValues>[1] | null, entities: number): void {
    const { plan, rowPtr } = this;
    if (rowPtr === null) {
      this.values.append(
        array === null ? fillValues(plan, entities * widthOf(plan)) : denseValues(plan, array),
      );
      return;
    }
    const { values, lengths } =
      array === null
        ? { values: fillValues(plan, 0), lengths: new Array<number>(entities).fill(0) }
        : raggedValues(plan, array);
    this.values.append(values);
    const offsets = lengths.map((length) => {
      this.elements += length;
      return this.elements;
    });
    rowPtr.append(BigInt64Array.from(offsets, BigInt));
  }
}

/** As the CF conventions have it, so that readers know what is undefined; NaN needs no word. */
export function fillAttribute(plan: ColumnPlan): Record<string, BigInt64Array | Int32Array | Int8Array> {
  const fill = fillOf(plan);
  if (typeof fill === "bigint") return { _FillValue: BigInt64Array.of(fill) };
  if (fill === null || Number.isNaN(fill)) return {};
  return { _FillValue: plan.dtype === "|i1" ? Int8Array.of(fill) : Int32Array.of(fill) };
}
