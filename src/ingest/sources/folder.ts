// A folder of arbitrary HDF5 files, or one such file: folders, files and groups become containers, data sets
// become arrays, at any depth.

import { basename, dirname } from "node:path";
import { CopycatError } from "../../errors.ts";
import type { WalkItem } from "../../hdf5/index.ts";
import { stringToJson } from "../../json.ts";
import type { Log } from "../../log.ts";
import { fileUri } from "../../manifest/index.ts";
import { describeFolder } from "../files/describeInput.ts";
import type { TrackedInput } from "../files/types.ts";
import { countFiles, type ListedFile, listFiles, pickFiles } from "../listFiles.ts";
import { concatReadAhead } from "../readAhead.ts";
import {
  type CatalogFile,
  isProblem,
  type MetadataEntry,
  makeArray,
  makeContainer,
  reject,
} from "../shape.ts";
import type { NodeSource, SourceBatch, SourceContext } from "../types.ts";
import { BatchBuilder, withFile } from "./batch.ts";
import { lookAhead } from "./context.ts";

/** Names that promise HDF5. Other files of a folder are left alone. */
export const hdf5Name = /\.(h5|hdf5|hdf|he5|nxs|nx5|nexus|cxi|h4|hdf4)$/i;

export interface FolderOptions {
  label?: string | undefined;
  /** Absolute paths of the only files to take. */
  only?: ReadonlySet<string> | undefined;
}

export interface FileOptions extends FolderOptions {
  /** Of the file's container; default its name. */
  key?: string | undefined;
}

/** `folder` absolute. Its container has the folder's name. */
export function openFolderSource(folder: string, options: FolderOptions = {}): NodeSource {
  const root = basename(folder) || "root";
  const label = options.label ?? root;
  const filter = (path: string): boolean => hdf5Name.test(path);
  const only = options.only === undefined ? undefined : pickFiles(folder, options.only, filter);
  return {
    dataset: root,
    label,
    directories: [folder],
    countFiles: () => (only === undefined ? countFiles(folder, filter) : Promise.resolve(only.length)),
    batches: (context) =>
      readFolder(
        context,
        { input: folder, folder, root: [root], label, givenLabel: options.label, filter },
        only ?? listFiles(folder, filter),
        only === undefined,
      ),
  };
}

/** `file` absolute. Its container stands at the top of the catalog. */
export function openFileSource(file: string, options: FileOptions = {}): NodeSource {
  const [only] = options.only ?? [];
  if (options.only?.size === 1 && only !== file) {
    throw new CopycatError("UNREADABLE_SOURCE", `${only} is not the file of its input ${file}.`);
  }
  const name = basename(file);
  const label = options.label ?? name;
  return {
    dataset: options.key ?? name,
    label,
    directories: [dirname(file)],
    countFiles: () => Promise.resolve(1),
    batches: (context) =>
      readFolder(
        context,
        {
          input: file,
          folder: dirname(file),
          root: [],
          label,
          givenLabel: options.label,
          filter: (path) => path === name,
          fileKey: options.key,
        },
        options.only?.has(file) === false ? [] : [{ path: file, relativePath: name }],
        false,
      ),
  };
}

interface Tree {
  input: string;
  /** Absolute; what the paths of files are relative to. */
  folder: string;
  filter: (relativePath: string) => boolean;
  /** Path of the container that files go into. */
  root: string[];
  label: string;
  /** Of the container of the only file, where it is not called as the file. */
  fileKey?: string | undefined;
  /** The label when it was given for this run instead of taken from the name. */
  givenLabel: string | undefined;
}

async function* readFolder(
  context: SourceContext,
  tree: Tree,
  list: AsyncIterable<ListedFile> | Iterable<ListedFile>,
  isWhole: boolean,
): AsyncGenerator<SourceBatch> {
  const gate = await context.gate.begin(trackedInput(context, tree, isWhole));
  const source: MetadataEntry = ["source", stringToJson(tree.label)];
  const made = new Set<string>();
  const open = (file: ListedFile): AsyncIterable<SourceBatch> =>
    withFolders(tree, file, made, source, gate.track(file, readOne(context, tree, file)));
  const files = gate.select(limited(list, context.limit));
  let isFirst = true;
  for await (const batch of concatReadAhead(files, context.reader.workers, open)) {
    // A folder without any file makes no node.
    if (isFirst) yield gate.container(rootBatch(tree, source));
    isFirst = false;
    yield batch;
  }
  if (isFirst && gate.listed > 0) yield gate.container(rootBatch(tree, source));
  await gate.end();
  if (gate.listed === 0 && isWhole) noticeEmpty(context.log, tree.input);
}

function trackedInput(context: SourceContext, tree: Tree, isWhole: boolean): TrackedInput {
  const isLimited = Number.isFinite(context.limit);
  return {
    dataset: tree.root[0] ?? "",
    input: tree.input,
    root: tree.folder,
    description: describeFolder(tree.label, tree.fileKey),
    uriOf: ({ path }) => {
      const uri = fileUri(path);
      return isProblem(uri) ? "" : uri;
    },
    placeOf: (relativePath) => pathOf(tree, relativePath),
    matches: tree.filter,
    isWhole: isWhole && !isLimited,
    mayCut: false,
    lookAhead,
  };
}

function rootBatch({ root, input }: Tree, source: MetadataEntry): SourceBatch {
  const batch = new BatchBuilder();
  const [key] = root;
  if (key !== undefined) {
    batch.add(makeContainer({ parentPath: [], key, source: input, position: "/" }, [source]));
  }
  return batch.take();
}

function noticeEmpty(log: Log, input: string): void {
  log.notice(`${input} holds no HDF5 file (names ending in .h5, .hdf5, .nxs, .hdf, ...).`);
}

/** Containers for the folders between the input and the file, each once, before the first file in them. */
async function* withFolders(
  tree: Tree,
  file: ListedFile,
  made: Set<string>,
  source: MetadataEntry,
  batches: AsyncIterable<SourceBatch>,
): AsyncGenerator<SourceBatch> {
  const batch = new BatchBuilder();
  const segments = file.relativePath.split("/").slice(0, -1);
  for (let depth = 1; depth <= segments.length; depth++) {
    const path = segments.slice(0, depth);
    if (made.has(path.join("/"))) continue;
    made.add(path.join("/"));
    const place = {
      parentPath: [...tree.root, ...path.slice(0, -1)],
      key: path.at(-1) ?? "",
      source: dirname(file.path),
      position: "/",
    };
    batch.add(makeContainer(place, [source]));
  }
  yield batch.take();
  yield* batches;
}

function readOne(context: SourceContext, tree: Tree, file: ListedFile): AsyncIterable<SourceBatch> {
  const input = { input: tree.input, path: file.path, servedPath: file.path, label: tree.givenLabel };
  return withFile(input, (catalogFile) => walkFile(context, tree, file, catalogFile));
}

async function* walkFile(
  context: SourceContext,
  tree: Tree,
  listed: ListedFile,
  file: CatalogFile,
): AsyncGenerator<SourceBatch> {
  const filePath = pathOf(tree, listed.relativePath);
  const batch = new BatchBuilder();
  for await (const item of context.reader.walk(file.path)) {
    addItem(batch, item, filePath, file, tree);
    if (batch.isFull) yield batch.take();
  }
  yield batch.take(1);
}

function pathOf({ root, fileKey }: Tree, relativePath: string): string[] {
  return fileKey === undefined ? [...root, ...relativePath.split("/")] : [...root, fileKey];
}

function addItem(
  batch: BatchBuilder,
  item: WalkItem,
  filePath: string[],
  file: CatalogFile,
  { label }: Tree,
): void {
  const path = item.path === "/" ? filePath : [...filePath, ...item.path.slice(1).split("/")];
  const place = {
    parentPath: path.slice(0, -1),
    key: path.at(-1) ?? "",
    source: file.path,
    position: item.path,
  };
  if (item.kind === "problem") {
    batch.add(reject(place, item.code, item.message));
    return;
  }
  const attributes = Object.entries(item.attributes);
  if (item.kind === "dataset") {
    batch.add(makeArray(place, item, file, attributes));
    return;
  }
  // The file is the entity: its container carries the label.
  const isFile = item.path === "/";
  batch.add(
    makeContainer(
      place,
      isFile ? [...without(attributes, "source"), ["source", stringToJson(label)]] : attributes,
    ),
  );
}

function without(entries: MetadataEntry[], name: string): MetadataEntry[] {
  return entries.filter(([key]) => key !== name);
}

async function* limited(
  files: AsyncIterable<ListedFile> | Iterable<ListedFile>,
  limit: number,
): AsyncGenerator<ListedFile> {
  let count = 0;
  for await (const file of files) {
    if (count >= limit) return;
    count += 1;
    yield file;
  }
}
