// Simulations as files, one an initial dataset and one an update: init_data/<dataset>.json and
// updates/t<timestamp>_<iteration>_<dataset>.json, or the same as MessagePack.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CopycatError } from "../../errors.ts";
import { type EntityValue, toValues } from "../arrays/index.ts";
import type { EntityData, InitialDataset, SimulationArray, SimulationSource } from "../types.ts";
import { chosenDatasets, chosenInitial, chosenUpdates } from "./selection.ts";
import type { ExportOptions, Written } from "./types.ts";

/** Files are small, and a file system is quicker with several at once. */
const filesAtOnce = 8;

type Encode = (document: object, path: string) => string | Uint8Array;

/** @throws CopycatError INVALID_INPUT for a name that is no file name, and for numbers that JSON has not */
export async function writeFiles(
  source: SimulationSource,
  folder: string,
  options: ExportOptions,
): Promise<Written> {
  const files = new FileWriter(folder);
  try {
    return await writeDatasets(source, files, options);
  } finally {
    // Else files are still written while the folder is removed after a mistake.
    await files.settle();
  }
}

async function writeDatasets(
  source: SimulationSource,
  files: FileWriter,
  options: ExportOptions,
): Promise<Written> {
  const { folder } = files;
  const encode = options.format === "msgpack" ? await messagePack() : jsonText;
  const extension = options.format === "msgpack" ? "msgpack" : "json";
  const written = { initialDatasets: 0, updates: 0, origins: 0 };
  const start = performance.now();
  for (const name of ["", "init_data", "updates"]) await mkdir(join(folder, name));
  const datasets = await chosenDatasets(source, options);
  const total = datasets.reduce((sum, { updates }) => sum + updates, 0);
  for (const { name } of datasets) {
    checkFileName(name);
    const initial = await source.readInitial(name);
    if (initial !== null) {
      const file = `init_data/${name}.${initial.format === "binary" ? "bin" : extension}`;
      await files.write(file, initialContent(chosenInitial(initial, options), { encode, file }));
      written.initialDatasets += 1;
    }
    for await (const { timestamp, iteration, origin, data } of chosenUpdates(source, name, options)) {
      const file = `updates/t${timestamp}_${iteration}_${name}.${extension}`;
      await files.write(file, encode(named(name, groupsOf(data)), file));
      written.updates += 1;
      if (origin !== null) written.origins += 1;
      options.onProgress?.({
        phase: "updates",
        done: written.updates,
        total,
        elapsedMs: Math.round(performance.now() - start),
      });
    }
  }
  await files.close();
  const { origins, ...counts } = written;
  const lost = `${origins} of the updates name the model that made them, which the files of this format do not.`;
  return { ...counts, rows: null, bytes: files.bytes, notices: origins === 0 ? [] : [lost] };
}

async function messagePack(): Promise<Encode> {
  // Loaded when it is needed, which is seldom.
  const { encode } = await import("@msgpack/msgpack");
  return (document) => encode(document, { useBigInt64: true });
}

/** A dataset may be called `__proto__`. */
function named(key: string, value: unknown): Record<string, unknown> {
  return Object.fromEntries([[key, value]]);
}

function initialContent(
  { name, format, document, data, metadata, dataKey }: InitialDataset,
  { encode, file }: { encode: Encode; file: string },
): string | Uint8Array {
  if (format === "binary") return document ?? new Uint8Array();
  if (data !== null) return encode({ ...metadata, ...named(dataKey, groupsOf(data)) }, file);
  const bytes = document ?? Buffer.from("{}");
  if (encode === jsonText) return bytes;
  try {
    return encode(JSON.parse(Buffer.from(bytes).toString("utf8")) as object, file);
  } catch (error) {
    throw new CopycatError("INVALID_INPUT", `The initial dataset ${name} is no valid JSON document.`, {
      cause: error,
    });
  }
}

function groupsOf(data: EntityData): Record<string, Record<string, EntityValue[]>> {
  const groups = [...data].map(([group, arrays]) => {
    const attributes = [...arrays].map(([attribute, array]): [string, EntityValue[]] => [
      attribute,
      valuesOf(array),
    ]);
    return [group, Object.fromEntries(attributes)] as const;
  });
  return Object.fromEntries(groups);
}

const valuesOf = (array: SimulationArray): EntityValue[] => toValues(array);

function jsonText(document: object, path: string): string {
  return valueText(document, path);
}

/** As JSON.stringify, but whole numbers beyond 2^53 are exact, and what JSON lacks is refused instead of lost. */
function valueText(value: unknown, path: string): string {
  if (Array.isArray(value)) {
    const isPlain = value.every(
      (item) => item === null || typeof item === "string" || typeof item === "boolean" || isPlainNumber(item),
    );
    if (isPlain) return JSON.stringify(value);
    return `[${value.map((item, index) => valueText(item, `${path}[${index}]`)).join(",")}]`;
  }
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new CopycatError(
      "INVALID_INPUT",
      `${path} is ${value}, which JSON has no number for; MessagePack, Parquet and HDF5 have.`,
    );
  }
  // JSON.stringify(-0) is "0".
  if (Object.is(value, -0)) return "-0.0";
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}:${valueText(item, `${path}, ${key}`)}`,
  );
  return `{${members.join(",")}}`;
}

const isPlainNumber = (value: unknown): boolean => Number.isFinite(value) && !Object.is(value, -0);

/** Names of datasets become names of files: none may lead into another folder. */
function checkFileName(name: string): void {
  if (name !== "" && !name.startsWith(".") && !/[/\\\0]/.test(name)) return;
  throw new CopycatError(
    "INVALID_INPUT",
    `The dataset ${JSON.stringify(name)} has a name that no file can have. Export it to Parquet, Arrow or HDF5.`,
  );
}

class FileWriter {
  bytes = 0;
  readonly folder: string;
  private readonly running = new Set<Promise<void>>();
  private failure: unknown;

  constructor(folder: string) {
    this.folder = folder;
  }

  async write(name: string, content: string | Uint8Array): Promise<void> {
    while (this.running.size >= filesAtOnce) await Promise.race(this.running);
    if (this.failure !== undefined) throw this.failure;
    this.bytes += typeof content === "string" ? Buffer.byteLength(content) : content.byteLength;
    const task: Promise<void> = writeFile(join(this.folder, name), content, { flag: "wx" })
      .catch((error: unknown) => {
        this.failure ??= error;
      })
      .finally(() => this.running.delete(task));
    this.running.add(task);
  }

  async settle(): Promise<void> {
    await Promise.all(this.running);
  }

  async close(): Promise<void> {
    await this.settle();
    if (this.failure !== undefined) throw this.failure;
  }
}
