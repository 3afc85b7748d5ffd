// A dataset described by a YAML: the container, then the files of its layout.

import { CopycatError } from "../../errors.ts";
import { stringToJson } from "../../json.ts";
import type { DatasetDescription } from "../../manifest/index.ts";
import { countFiles, globFilter, type ListedFile, listedFile, listFiles } from "../listFiles.ts";
import { concatReadAhead } from "../readAhead.ts";
import { type MetadataEntry, makeContainer } from "../shape.ts";
import type { NodeSource, SourceBatch } from "../types.ts";
import { BatchBuilder, withFile } from "./batch.ts";
import { readBatched } from "./batched.ts";
import type { DatasetContext } from "./context.ts";
import { readGrouped } from "./grouped.ts";
import { readPerEntity } from "./perEntity.ts";

export interface DatasetOptions {
  label?: string | undefined;
  /** Absolute path of the only file to take. */
  onlyFile?: string | undefined;
}

const readers = { per_entity: readPerEntity, batched: readBatched, grouped: readGrouped };

export function openDatasetSource(description: DatasetDescription, options: DatasetOptions = {}): NodeSource {
  const label = options.label ?? description.label;
  const filter = globFilter(description.data.filePattern);
  const { directory } = description.data;
  const only = options.onlyFile === undefined ? undefined : [listedFile(directory, options.onlyFile)];
  return {
    dataset: description.key,
    label,
    directories: [description.data.serverBaseDir ?? directory],
    countFiles: () => (only === undefined ? countFiles(directory, filter) : Promise.resolve(1)),
    batches: (context) => {
      const remaining = { entities: context.limit };
      return readDataset(
        { ...context, description, label, givenLabel: options.label, remaining },
        only ?? listFiles(directory, filter),
      );
    },
  };
}

async function* readDataset(
  context: DatasetContext,
  files: AsyncIterable<ListedFile> | Iterable<ListedFile>,
): AsyncGenerator<SourceBatch> {
  const { description } = context;
  const head = new BatchBuilder();
  head.add(
    makeContainer(
      { parentPath: [], key: description.key, source: description.file, position: "/" },
      datasetMetadata(context),
    ),
  );
  yield head.take();
  const { layout } = description.data;
  if (layout === "manifest") throw new CopycatError("INTERNAL", "Tables have a source of their own.");
  const read = readers[layout];
  const open = (file: ListedFile): AsyncIterable<SourceBatch> =>
    withFile(
      {
        input: description.file,
        path: file.path,
        servedPath: servedPath(description, file),
        label: context.givenLabel,
      },
      (catalogFile) => read(context, file, catalogFile),
    );
  let filesSeen = 0;
  for await (const batch of concatReadAhead(wanted(files, context), filesAhead(context), open)) {
    filesSeen += batch.filesDone;
    yield batch;
  }
  if (filesSeen === 0 && context.limit > 0) {
    throw new CopycatError(
      "UNREADABLE_SOURCE",
      `${description.file}: no file below ${description.data.directory} matches ${description.data.filePattern}. ` +
        "Check data.directory and data.file_pattern.",
    );
  }
}

/**
 * Files opened ahead of the one being read. A limit that counts the entities inside files allows none: a file read
 * ahead would take from what is left before it is its turn.
 */
function filesAhead({ description, limit, reader }: DatasetContext): number {
  const countsInside = description.data.layout !== "per_entity" && Number.isFinite(limit);
  return countsInside ? 0 : reader.workers;
}

/** Stops opening files once enough entities were read. */
async function* wanted(
  files: AsyncIterable<ListedFile> | Iterable<ListedFile>,
  context: DatasetContext,
): AsyncGenerator<ListedFile> {
  let opened = 0;
  for await (const file of files) {
    if (context.remaining.entities <= 0) return;
    if (context.description.data.layout === "per_entity" && opened >= context.limit) return;
    opened += 1;
    yield file;
  }
}

function* datasetMetadata({ description, label }: DatasetContext): Generator<MetadataEntry> {
  yield* description.metadata;
  yield* description.provenance;
  for (const { type, dataset } of description.shared) {
    yield [`shared_dataset_${type}`, stringToJson(dataset)];
  }
  yield ["source", stringToJson(label)];
}

/** Where the serving machine finds the file. */
function servedPath({ data }: DatasetDescription, file: ListedFile): string {
  return data.serverBaseDir === null ? file.path : `${data.serverBaseDir}/${file.relativePath}`;
}
