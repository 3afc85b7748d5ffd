// A dataset described by a YAML: the container, then the files of its layout.

import { CopycatError } from "../../errors.ts";
import { stringToJson } from "../../json.ts";
import { type DatasetDescription, fileUri } from "../../manifest/index.ts";
import { describeInput } from "../files/describeInput.ts";
import type { InputGate, TrackedInput } from "../files/types.ts";
import {
  countFiles,
  type FileFilter,
  globFilter,
  type ListedFile,
  listFiles,
  pickFiles,
} from "../listFiles.ts";
import { concatReadAhead } from "../readAhead.ts";
import { isProblem, type MetadataEntry, makeContainer } from "../shape.ts";
import type { NodeSource, SourceBatch } from "../types.ts";
import { BatchBuilder, withFile } from "./batch.ts";
import { readBatched } from "./batched.ts";
import { type DatasetContext, keyOfFile, lookAhead } from "./context.ts";
import { readGrouped } from "./grouped.ts";
import { readPerEntity } from "./perEntity.ts";

export interface DatasetOptions {
  label?: string | undefined;
  /** Absolute paths of the only files to take. */
  only?: ReadonlySet<string> | undefined;
}

const readers = { per_entity: readPerEntity, batched: readBatched, grouped: readGrouped };

export function openDatasetSource(description: DatasetDescription, options: DatasetOptions = {}): NodeSource {
  const label = options.label ?? description.label;
  const filter = globFilter(description.data.filePattern);
  const { directory } = description.data;
  const only = options.only === undefined ? undefined : pickFiles(directory, options.only, filter);
  return {
    dataset: description.key,
    label,
    directories: [description.data.serverBaseDir ?? directory],
    countFiles: () => (only === undefined ? countFiles(directory, filter) : Promise.resolve(only.length)),
    batches: (context) => {
      const remaining = { entities: context.limit };
      return readDataset(
        { ...context, description, label, givenLabel: options.label, remaining },
        { list: only ?? listFiles(directory, filter), isWhole: only === undefined, filter },
      );
    },
  };
}

type Files = AsyncIterable<ListedFile> | Iterable<ListedFile>;

interface DatasetFiles {
  list: Files;
  /** Nothing was left out. */
  isWhole: boolean;
  filter: FileFilter;
}

async function* readDataset(context: DatasetContext, files: DatasetFiles): AsyncGenerator<SourceBatch> {
  const { description } = context;
  const gate = await context.gate.begin(trackedInput(context, files));
  const head = new BatchBuilder();
  head.add(
    makeContainer(
      { parentPath: [], key: description.key, source: description.file, position: "/" },
      datasetMetadata(context),
    ),
  );
  yield gate.container(head.take());
  const { layout } = description.data;
  if (layout === "manifest") throw new CopycatError("INTERNAL", "Tables have a source of their own.");
  const read = readers[layout];
  const open = (file: ListedFile): AsyncIterable<SourceBatch> => {
    const input = {
      input: description.file,
      path: file.path,
      servedPath: servedPath(description, file),
      label: context.givenLabel,
    };
    return gate.track(
      file,
      withFile(input, (catalogFile) => read(context, file, catalogFile)),
    );
  };
  yield* concatReadAhead(toRead(files.list, context, gate), filesAhead(context), open);
  await gate.end();
  if (gate.listed === 0 && context.limit > 0 && files.isWhole) {
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

/** Files that are not in already; those that are count for a limit, too. */
function toRead(files: Files, context: DatasetContext, gate: InputGate): AsyncIterable<ListedFile> {
  return gate.select(wanted(files, context), (entities) => {
    context.remaining.entities -= entities;
  });
}

/** Stops opening files once enough entities were read. */
async function* wanted(files: Files, context: DatasetContext): AsyncGenerator<ListedFile> {
  let opened = 0;
  for await (const file of files) {
    if (context.remaining.entities <= 0) return;
    if (context.description.data.layout === "per_entity" && opened >= context.limit) return;
    opened += 1;
    yield file;
  }
}

function trackedInput(context: DatasetContext, { isWhole, filter }: DatasetFiles): TrackedInput {
  const { description, label, limit } = context;
  const isLimited = Number.isFinite(limit);
  return {
    dataset: description.key,
    input: description.file,
    root: description.data.directory,
    description: describeInput(description, label),
    uriOf: (file) => {
      const uri = fileUri(servedPath(description, file));
      return isProblem(uri) ? "" : uri;
    },
    placeOf: (relativePath) => [description.key, keyOfFile(relativePath)],
    matches: filter,
    isWhole: isWhole && !isLimited,
    mayCut: isLimited && description.data.layout !== "per_entity",
    lookAhead: isLimited ? 1 : lookAhead,
  };
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
