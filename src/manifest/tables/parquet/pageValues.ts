// Values of a data page of a column without lists: how many of them are wanted, and no more, are decoded.

import type { DecodedArray } from "hyparquet";
import { readDataPage, readDataPageV2 } from "hyparquet/src/datapage.js";
import { readPlain } from "hyparquet/src/plain.js";
import type { ColumnDecoder, Encoding } from "hyparquet/src/types.js";
import { HybridReader } from "./hybrid.ts";
import { type Leaf, unpack } from "./leaf.ts";
import type { Page } from "./pages.ts";
import { PlainTexts } from "./texts.ts";

/** What a page holds behind its levels, nulls left out. */
export type PageValues =
  | { kind: "indices"; reader: HybridReader }
  | { kind: "texts"; texts: PlainTexts }
  | { kind: "values"; read: (count: number) => DecodedArray };

export interface DataPage {
  rows: number;
  /** 1 where there is a value, 0 for null; null when there are only values. */
  levels: HybridReader | null;
  values: PageValues;
}

interface Parts {
  rows: number;
  encoding: Encoding;
  levels: HybridReader | null;
  /** Unpacked, without the levels. */
  bytes: Uint8Array;
  /** All of them, for encodings that are not read piece by piece. */
  readAll: () => DecodedArray;
}

/** @param isText of a column of texts */
export function openDataPage(page: Page, leaf: Leaf, decoder: ColumnDecoder, isText: boolean): DataPage {
  const parts =
    page.header.data_page_header_v2 === undefined
      ? splitV1(page, leaf, decoder)
      : splitV2(page, leaf, decoder);
  return { rows: parts.rows, levels: parts.levels, values: openValues(parts, decoder, isText) };
}

function splitV1({ header, bytes: packed }: Page, leaf: Leaf, decoder: ColumnDecoder): Parts {
  const { data_page_header: data, uncompressed_page_size: sizeBytes } = header;
  if (data === undefined) throw new Error(`a page is of the unknown kind ${header.type}`);
  const page = unpack(packed, sizeBytes, decoder);
  let levels: HybridReader | null = null;
  let bytes = page;
  if (leaf.definitionLevels > 0) {
    const length = new DataView(page.buffer, page.byteOffset, page.byteLength).getUint32(0, true);
    levels = new HybridReader(page.subarray(4, 4 + length), 0, 1);
    bytes = page.subarray(4 + length);
  }
  const readAll = () => readDataPage(page, data, decoder).dataPage;
  return { rows: data.num_values, encoding: data.encoding, levels, bytes, readAll };
}

function splitV2({ header, bytes: packed }: Page, leaf: Leaf, decoder: ColumnDecoder): Parts {
  const { data_page_header_v2: data, uncompressed_page_size: sizeBytes } = header;
  if (data === undefined) throw new Error(`a page is of the unknown kind ${header.type}`);
  const { definition_levels_byte_length: levelBytes, repetition_levels_byte_length: skipped } = data;
  const start = skipped + levelBytes;
  const isPacked = data.is_compressed !== false;
  const values = packed.subarray(start);
  return {
    rows: data.num_values,
    encoding: data.encoding,
    levels: leaf.definitionLevels > 0 ? new HybridReader(packed.subarray(skipped, start), 0, 1) : null,
    bytes: isPacked ? unpack(values, sizeBytes - start, decoder) : values,
    readAll: () => readDataPageV2(packed, header, decoder).dataPage,
  };
}

function openValues(
  { encoding, bytes, readAll }: Parts,
  decoder: ColumnDecoder,
  isText: boolean,
): PageValues {
  if (encoding === "PLAIN_DICTIONARY" || encoding === "RLE_DICTIONARY") {
    // A page of nothing but nulls has not even the width.
    return { kind: "indices", reader: new HybridReader(bytes, 1, bytes[0] ?? 0) };
  }
  // Bits of booleans cannot be read from the middle of a byte.
  if (encoding !== "PLAIN" || decoder.type === "BOOLEAN") return inPieces(readAll());
  if (isText) return { kind: "texts", texts: new PlainTexts(bytes) };
  const { type, element } = decoder;
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), offset: 0 };
  return { kind: "values", read: (count) => readPlain(reader, type, count, element.type_length) };
}

function inPieces(values: DecodedArray): PageValues {
  let start = 0;
  return {
    kind: "values",
    read: (count) => {
      const piece = values.slice(start, start + count);
      start += count;
      return piece;
    },
  };
}
