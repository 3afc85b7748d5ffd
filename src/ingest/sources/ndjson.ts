// Node records as NDJSON: from a file, from standard input, or mended rejects.

import type { Readable } from "node:stream";
import { hashStructure, type NodeRecord, type Reject, type StructureRecord } from "../../catalog/index.ts";
import { CopycatError } from "../../errors.ts";
import { asJsonText, type JsonText, stringToJson } from "../../json.ts";
import {
  type FileReference,
  type NodeRecord as ParsedRecord,
  type RefusedLine,
  readNodeRecords,
} from "../../manifest/index.ts";
import { setting, words } from "../../wording.ts";
import { stampFiles } from "../files/stampFiles.ts";
import { fileRecord } from "../shape.ts";
import type { NodeSource, RecordGuard, SourceBatch, SourceContext } from "../types.ts";
import { BatchBuilder } from "./batch.ts";
import { strayAsset } from "./strayAsset.ts";

export interface NdjsonOptions {
  /** For messages and rejects: the path, or "-" for standard input. */
  name: string;
  input: string | Readable;
  label?: string | undefined;
  guard?: RecordGuard | undefined;
  /** Opens the input that a rejected file belongs to, for that file only. */
  openFile: (file: FileReference) => Promise<NodeSource>;
}

export function openNdjsonSource(options: NdjsonOptions): NodeSource {
  const seen: Seen = { dataset: "", files: new Set() };
  return {
    get dataset() {
      return seen.dataset || options.name;
    },
    label: options.label ?? options.name,
    directories: [],
    listDatasets: (signal, onRecords) => listDatasets(options, signal, onRecords),
    countFiles: () => Promise.resolve(null),
    ...(typeof options.input === "string" ? { stamp: stampOf(options.input) } : {}),
    batches: (context) => readRecords(context, options, seen),
  };
}

function stampOf(path: string): () => Promise<string> {
  return () => stampFiles([path]);
}

const toldRecords = 10_000;

/** Lines that cannot be taken belong nowhere; they become rejects when the nodes are read. */
async function listDatasets(
  options: NdjsonOptions,
  signal?: AbortSignal,
  onRecords?: (records: number) => void,
): Promise<string[]> {
  const { name, input } = options;
  if (typeof input !== "string") {
    throw new CopycatError(
      "USAGE",
      words(
        "Which datasets the nodes on standard input belong to is known too late to choose their server. ",
        `Write them to a file and name that in place of ${name}, or name the server with `,
        setting("dsn"),
        ".",
      ),
    );
  }
  const keys = new Set<string>();
  let records = 0;
  for await (const line of readNodeRecords(input)) {
    records += 1;
    if (records % toldRecords === 0) onRecords?.(records);
    if (signal?.aborted === true) {
      throw new CopycatError("CANCELLED", "Cancelled before it was begun.", { cause: signal.reason });
    }
    if ("file" in line) {
      const source = await openFile(options, "", line.file);
      if (!("code" in source)) keys.add(source.dataset);
    } else if ("record" in line) {
      keys.add(line.record.path[0] ?? "");
    }
  }
  return [...keys];
}

interface Seen {
  /** First key of the first record. */
  dataset: string;
  /** Files taken, each with its input: several rejects may point to the same one. */
  files: Set<string>;
}

async function* readRecords(
  context: SourceContext,
  options: NdjsonOptions,
  seen: Seen,
): AsyncGenerator<SourceBatch> {
  const structures = new StructureCache();
  const batch = new BatchBuilder();
  const datasets = new NewDatasets(options.guard);
  let taken = 0;
  for await (const line of readNodeRecords(options.input)) {
    if (taken >= context.limit) break;
    taken += 1;
    const position = `line ${line.line}`;
    if ("file" in line) {
      const name = JSON.stringify(line.file);
      if (seen.files.has(name)) continue;
      seen.files.add(name);
      await datasets.check();
      yield batch.take();
      const source = await openFile(options, position, line.file);
      if ("code" in source) {
        batch.add(source);
      } else {
        seen.dataset ||= source.dataset;
        yield* source.batches(context);
      }
    } else if ("problem" in line) {
      batch.add(makeReject(options.name, position, line));
    } else {
      const [dataset = ""] = line.record.path;
      seen.dataset ||= dataset;
      datasets.add(dataset);
      const node = makeNode(options.name, position, line.record, structures);
      const stray = strayAsset(node, options.guard?.roots);
      batch.add(stray === null ? node : { ...stray, source: options.name, position, record: null });
    }
    if (!batch.isFull) continue;
    await datasets.check();
    yield batch.take();
  }
  await datasets.check();
  yield batch.take(1);
}

/** Keys of datasets that come for the first time, told to who guards the load. */
class NewDatasets {
  readonly #check: RecordGuard["checkDatasets"];
  readonly #known = new Set<string>();
  #new: string[] = [];

  constructor(guard: RecordGuard | undefined) {
    this.#check = guard?.checkDatasets;
  }

  add(key: string): void {
    if (this.#check === undefined || this.#known.has(key)) return;
    this.#known.add(key);
    this.#new.push(key);
  }

  async check(): Promise<void> {
    const keys = this.#new;
    this.#new = [];
    if (keys.length > 0) await this.#check?.(keys);
  }
}

/** The input of a file to read again, or a reject when that input is gone or does not hold the file. */
async function openFile(
  options: NdjsonOptions,
  position: string,
  file: FileReference,
): Promise<NodeSource | Reject> {
  const record = fileRecord(file.input, file.file, file.label);
  if (options.guard !== undefined) {
    const message = "A record may not name a file to be read here; send the nodes themselves.";
    return { source: options.name, position, code: "file_not_allowed", message, record };
  }
  try {
    return await options.openFile(file);
  } catch (error) {
    if (!(error instanceof CopycatError) || error.code !== "UNREADABLE_SOURCE") throw error;
    return { source: options.name, position, code: "unreadable_input", message: error.message, record };
  }
}

function makeReject(source: string, position: string, { problem, raw, isJson }: RefusedLine): Reject {
  const record = isJson ? asJsonText(raw) : stringToJson(raw);
  return { source, position, code: problem.code, message: problem.message, record };
}

function makeNode(
  source: string,
  position: string,
  record: ParsedRecord,
  structures: StructureCache,
): NodeRecord {
  const dataSource = record.dataSource;
  return {
    parentPath: record.path.slice(0, -1),
    key: record.path.at(-1) ?? "",
    structureFamily: record.structureFamily,
    metadata: record.metadata,
    specs: record.specs,
    accessBlob: record.accessBlob,
    dataSource:
      dataSource === null
        ? null
        : {
            ...dataSource,
            structure: dataSource.structure === null ? null : structures.get(dataSource.structure),
          },
    source,
    position,
  };
}

/** Most records share a few structures; their ids are worth remembering. */
class StructureCache {
  readonly #byText = new Map<string, StructureRecord>();

  get(text: JsonText): StructureRecord {
    const known = this.#byText.get(text);
    if (known !== undefined) return known;
    const made = hashStructure(JSON.parse(text) as object);
    if (this.#byText.size >= 1000) this.#byText.clear();
    this.#byText.set(text, made);
    return made;
  }
}
