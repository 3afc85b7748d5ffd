// A leaf of the schema: what its pages are decoded with.

import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { decompress } from "fzstd";
import { type ColumnMetaData, type Compressors, type SchemaTree, snappyUncompress } from "hyparquet";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel, getTreePath } from "hyparquet/src/schema.js";
import type { ColumnDecoder } from "hyparquet/src/types.js";
import type { ParquetFile } from "./file.ts";
import type { PageMemory } from "./scratch.ts";
import { textParsers } from "./values.ts";

export const parsers = { ...DEFAULT_PARSERS, ...textParsers };

export interface Leaf {
  /** Names from the top-level column down. */
  path: readonly string[];
  schemaPath: SchemaTree[];
  /** How deep a value is defined; 0 for a column that is never null. */
  definitionLevels: number;
  repetitionLevels: number;
}

/** The leaves of a top-level column, in the order of the file. */
export function leavesOf({ metadata }: ParquetFile, root: SchemaTree, name: string): Leaf[] {
  const columns = metadata.row_groups[0]?.columns ?? [];
  return columns
    .map(({ meta_data }) => meta_data?.path_in_schema ?? [])
    .filter(([top]) => top === name)
    .map((path) => {
      const schemaPath = getTreePath(root, path);
      return {
        path,
        schemaPath,
        definitionLevels: getMaxDefinitionLevel(schemaPath),
        repetitionLevels: getMaxRepetitionLevel(schemaPath),
      };
    });
}

/** How hyparquet's own functions want to know of a leaf in one row group. */
export function decoderOf(
  { path, schemaPath }: Leaf,
  { type, codec }: ColumnMetaData,
  compressors: Compressors,
): ColumnDecoder {
  const element = (schemaPath.at(-1) as SchemaTree).element;
  return { pathInSchema: [...path], type, element, schemaPath, codec, parsers, compressors };
}

/** Lz4 is not read: neither Node nor hyparquet has it. */
export function makeCompressors({ unpacked }: PageMemory): Compressors {
  return {
    SNAPPY: (input, sizeBytes) => {
      const output = unpacked.take(sizeBytes);
      snappyUncompress(input, output);
      return output;
    },
    GZIP: (input) => gunzipSync(input),
    BROTLI: (input) => brotliDecompressSync(input),
    ZSTD: (input, sizeBytes) => decompress(input, unpacked.take(sizeBytes)),
  };
}

export function unpack(bytes: Uint8Array, sizeBytes: number, decoder: ColumnDecoder): Uint8Array {
  // A page of nothing but nulls.
  if (sizeBytes === 0) return new Uint8Array();
  return decompressPage(bytes, sizeBytes, decoder.codec, decoder.compressors);
}
