// Columns of the table in long form as Arrow's buffers.

import type { Data, Dictionary, Field, Vector } from "apache-arrow";
import type { LongBatch } from "./longRows.ts";

type Arrow = typeof import("apache-arrow");

export interface ArrowColumns {
  fields: Field[];
  /** One for each field. */
  dataOf(batch: LongBatch): Data[];
}

/** Keeps the dictionaries of one file. */
export function arrowColumns(arrow: Arrow): ArrowColumns {
  const { Field, Float64, Int32, Int64, List, Utf8 } = arrow;
  const names = {
    dataset: new NameColumn(arrow),
    group: new NameColumn(arrow),
    attribute: new NameColumn(arrow),
    origin: new NameColumn(arrow),
  };
  const element = new Field("element", new Float64(), true);
  const textElement = new Field("element", new Utf8(), true);
  const fields = [
    new Field("timestamp", new Int64(), true),
    new Field("iteration", new Int32(), true),
    new Field("dataset", names.dataset.type, true),
    new Field("group", names.group.type, true),
    new Field("id", new Int64(), true),
    new Field("attribute", names.attribute.type, true),
    new Field("value", new Float64(), true),
    new Field("text", new Utf8(), true),
    new Field("list", new List(element), true),
    new Field("text_list", new List(textElement), true),
    new Field("components", new Int32(), true),
    new Field("origin", names.origin.type, true),
  ];
  const dataOf = (batch: LongBatch): Data[] => [
    numbers(arrow, new Int64(), batch.timestamp),
    numbers(arrow, new Int32(), batch.iteration),
    names.dataset.dataOf(batch.dataset),
    names.group.dataOf(batch.group),
    numbers(arrow, new Int64(), batch.id),
    names.attribute.dataOf(batch.attribute),
    numbers(arrow, new Float64(), batch.value),
    texts(arrow, batch.text),
    lists(arrow, {
      child: element,
      cells: batch.list,
      make: (cells) => numbers(arrow, new Float64(), cells),
    }),
    lists(arrow, { child: textElement, cells: batch.textList, make: (cells) => texts(arrow, cells) }),
    numbers(arrow, new Int32(), batch.components),
    names.origin.dataOf(batch.origin),
  ];
  return { fields, dataOf };
}

type NumberType =
  | InstanceType<Arrow["Int64"]>
  | InstanceType<Arrow["Int32"]>
  | InstanceType<Arrow["Float64"]>;

function numbers(arrow: Arrow, type: NumberType, cells: readonly (number | bigint | null)[]): Data {
  const length = cells.length;
  const validity = validityOf(cells);
  if (arrow.DataType.isFloat(type)) {
    const data = Float64Array.from(cells, (cell) => Number(cell ?? 0));
    return arrow.makeData({ type, length, data, ...validity });
  }
  if (type.bitWidth === 64) {
    const data = BigInt64Array.from(cells, (cell) => BigInt(cell ?? 0));
    return arrow.makeData({ type: type as InstanceType<Arrow["Int64"]>, length, data, ...validity });
  }
  const data = Int32Array.from(cells, (cell) => Number(cell ?? 0));
  return arrow.makeData({ type: type as InstanceType<Arrow["Int32"]>, length, data, ...validity });
}

function texts(arrow: Arrow, cells: readonly (string | null)[]): Data {
  const valueOffsets = new Int32Array(cells.length + 1);
  const data = Buffer.from(cells.map((cell) => cell ?? "").join(""), "utf8");
  let offset = 0;
  for (const [index, cell] of cells.entries()) {
    offset += cell === null ? 0 : Buffer.byteLength(cell);
    valueOffsets[index + 1] = offset;
  }
  const validity = validityOf(cells);
  return arrow.makeData({ type: new arrow.Utf8(), length: cells.length, valueOffsets, data, ...validity });
}

interface ListParts<Cell> {
  child: Field;
  cells: readonly (readonly Cell[] | null)[];
  make: (cells: readonly Cell[]) => Data;
}

function lists<Cell>(arrow: Arrow, { child, cells, make }: ListParts<Cell>): Data {
  const valueOffsets = new Int32Array(cells.length + 1);
  const elements: Cell[] = [];
  for (const [index, cell] of cells.entries()) {
    for (const element of cell ?? []) elements.push(element);
    valueOffsets[index + 1] = elements.length;
  }
  return arrow.makeData({
    type: new arrow.List(child),
    length: cells.length,
    valueOffsets,
    child: make(elements),
    ...validityOf(cells),
  });
}

/** A bit for each cell, 1 where it is not null; least significant first. */
function validityOf(cells: readonly unknown[]): { nullCount: number; nullBitmap: Uint8Array } {
  const nullBitmap = new Uint8Array(Math.ceil(cells.length / 64) * 8);
  let nullCount = 0;
  for (const [index, cell] of cells.entries()) {
    if (cell === null) nullCount += 1;
    else nullBitmap[index >> 3] = (nullBitmap[index >> 3] ?? 0) | (1 << (index & 7));
  }
  return { nullCount, nullBitmap };
}

/** Names that come again and again: numbers into a dictionary, to which each batch adds what is new in it. */
class NameColumn {
  readonly type: Dictionary;
  private readonly arrow: Arrow;
  private readonly places = new Map<string, number>();
  private chunks: Data[] = [];

  constructor(arrow: Arrow) {
    this.arrow = arrow;
    this.type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
  }

  dataOf(cells: readonly (string | null)[]): Data {
    const fresh: string[] = [];
    const data = Int32Array.from(cells, (cell) => (cell === null ? 0 : this.placeOf(cell, fresh)));
    // The writer sends the chunks that it has not sent before; there must be a first one, even if it is empty.
    if (fresh.length > 0 || this.chunks.length === 0) {
      this.chunks = [...this.chunks, texts(this.arrow, fresh)];
    }
    const dictionary = new this.arrow.Vector(this.chunks) as Vector;
    return this.arrow.makeData({
      type: this.type,
      length: cells.length,
      data,
      dictionary,
      ...validityOf(cells),
    });
  }

  private placeOf(name: string, fresh: string[]): number {
    const known = this.places.get(name);
    if (known !== undefined) return known;
    const place = this.places.size;
    this.places.set(name, place);
    fresh.push(name);
    return place;
  }
}
