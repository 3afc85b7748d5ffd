// The part of `verify` that opens files: every array's shape and type in its file against the catalog.

import { type ArraySource, listArraySources, type VerifyCheck } from "../catalog/index.ts";
import type { Database } from "../database/index.ts";
import { errorMessage } from "../errors.ts";
import { type DatasetItem, type Hdf5Reader, openHdf5Reader } from "../hdf5/index.ts";
import { hdf5Mimetype } from "./shape.ts";

/** Paths of one file asked for at once. */
const datasetsPerPick = 1000;

/** Opens every HDF5 file in the catalog; each array must be there with the type and number of elements registered. */
export async function verifyFiles(database: Database): Promise<VerifyCheck> {
  const reader = openHdf5Reader();
  const wrong: string[] = [];
  let arrays = 0;
  let files = 0;
  try {
    for await (const group of groupByFile(listArraySources(database, hdf5Mimetype))) {
      files += 1;
      arrays += group.sources.length;
      wrong.push(...(await compareFile(reader, group)));
    }
  } finally {
    await reader.close();
  }
  const ok = wrong.length === 0;
  const detail = ok
    ? `${arrays} arrays in ${files} files are as registered`
    : `${wrong.length} of ${arrays} arrays differ: ${wrong.slice(0, 10).join("; ")}`;
  return { name: "files", ok, detail };
}

interface FileGroup {
  dataUri: string;
  sources: ArraySource[];
}

/** The sources come ordered by file; a file with very many arrays comes in several groups. */
async function* groupByFile(sources: AsyncIterable<ArraySource>): AsyncGenerator<FileGroup> {
  let group: FileGroup | undefined;
  for await (const source of sources) {
    if (
      group !== undefined &&
      (group.dataUri !== source.dataUri || group.sources.length >= datasetsPerPick)
    ) {
      yield group;
      group = undefined;
    }
    group ??= { dataUri: source.dataUri, sources: [] };
    group.sources.push(source);
  }
  if (group !== undefined) yield group;
}

async function compareFile(reader: Hdf5Reader, { dataUri, sources }: FileGroup): Promise<string[]> {
  const path = pathOfUri(dataUri);
  if (path === null) return [`${dataUri} is no file on this machine`];
  const datasets = [...new Set(sources.map(({ dataset }) => dataset))];
  try {
    const picked = await reader.pick(path, { datasets });
    const items = new Map(datasets.map((dataset, index) => [dataset, picked.datasets[index]]));
    return sources.flatMap((source) => {
      const item = items.get(source.dataset);
      const difference =
        item?.kind === "dataset" ? compareArray(source, item) : (item?.message ?? "is not in the file");
      return difference === null ? [] : [`${path}:${source.dataset} ${difference}`];
    });
  } catch (error) {
    const reason = errorMessage(error);
    return [reason.startsWith(path) ? reason : `${path}: ${reason}`];
  }
}

/** `file://localhost/path` and `file:///path` are local; nothing in them is percent-encoded. */
function pathOfUri(uri: string): string | null {
  return /^file:\/\/(?:localhost)?(\/.*)$/s.exec(uri)?.[1] ?? null;
}

/**
 * A server demands the same type, and as many elements. A slice that is a row, as layout batched makes it, takes the
 * leading axis away; what any other numpy slice leaves is not worked out here.
 */
function compareArray(source: ArraySource, item: DatasetItem): string | null {
  if (item.shape === null) return "has no values";
  if (JSON.stringify(sortKeys(item.dataType)) !== JSON.stringify(sortKeys(source.structure.data_type))) {
    return "has another data type than registered";
  }
  const { slice } = source;
  if (slice !== null && !/^\d+$/.test(slice)) return null;
  if (slice !== null && Number(slice) >= (item.shape[0] ?? 0)) return `has no row ${slice}`;
  const shape = slice === null ? item.shape : item.shape.slice(1);
  const inFile = shape.reduce((product, length) => product * length, 1);
  const registered = source.structure.shape.reduce((product, length) => product * length, 1);
  return inFile === registered
    ? null
    : `has shape [${item.shape}], registered is [${source.structure.shape}]`;
}

function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sortKeys(inner)]));
}
