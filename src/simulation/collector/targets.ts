// Where collected updates go: a store, or a folder of JSON files.

import { randomUUID } from "node:crypto";
import { link, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CopycatError, errorCode, errorMessage } from "../../errors.ts";
import { toValues } from "../arrays/index.ts";
import type { SimulationStore } from "../store/index.ts";
import type { EntityData, SimulationUpdate } from "../types.ts";

export interface CollectorTarget {
  store(update: SimulationUpdate): Promise<unknown>;
}

export interface TargetOptions {
  /** `postgresql`: the store; `file`, or its old name `disk`: the folder. */
  storage: string;
  store?: SimulationStore;
  folder?: string;
}

/** @throws CopycatError USAGE for a storage that is not known, or one without what it needs */
export function makeTarget({ storage, store, folder }: TargetOptions): CollectorTarget {
  if (storage === "postgresql") {
    if (store !== undefined) return { store: (update) => store.storeUpdate(update) };
    throw new CopycatError(
      "USAGE",
      "No store is configured for the storage postgresql; open one with openSimulationStore.",
    );
  }
  if (storage !== "file" && storage !== "disk") {
    throw new CopycatError("USAGE", `Unsupported storage "${storage}"; use postgresql or file.`);
  }
  if (folder === undefined || folder === "") {
    throw new CopycatError("USAGE", "No folder is configured for the storage file; name one.");
  }
  return { store: (update) => writeUpdateFile(folder, update) };
}

/** `t3_0_roads.json`. What is in the folder stays: an update whose file is there already is refused. */
async function writeUpdateFile(folder: string, update: SimulationUpdate): Promise<void> {
  const { dataset, timestamp, iteration, data } = update;
  if (/^$|[/\\]/.test(dataset)) {
    throw new CopycatError("INVALID_INPUT", `The dataset "${dataset}" cannot be part of a file's name.`);
  }
  const path = join(folder, `t${timestamp}_${iteration}_${dataset}.json`);
  const draft = join(folder, `.${randomUUID()}.part`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(draft, updateToJson(dataset, data));
    // A link, since a rename would replace what is there; and whole at once, whoever looks.
    await link(draft, path);
  } catch (error) {
    if (error instanceof CopycatError) throw error;
    if (errorCode(error) === "EEXIST") {
      throw new CopycatError("CONFLICT", `${path} is there already. Use another folder, or move it away.`, {
        cause: error,
      });
    }
    throw new CopycatError("UNREADABLE_SOURCE", `${path} cannot be written: ${errorMessage(error)}.`, {
      cause: error,
    });
  } finally {
    await rm(draft, { force: true }).catch(() => undefined);
  }
}

function updateToJson(dataset: string, data: EntityData): string {
  const groups = [...data].map(([group, arrays]) => {
    const attributes = [...arrays].map(
      ([name, array]) => `${JSON.stringify(name)}:${toJson(toValues(array), `${group}.${name}`)}`,
    );
    return `${JSON.stringify(group)}:{${attributes.join(",")}}`;
  });
  return `{${JSON.stringify(dataset)}:{${groups.join(",")}}}\n`;
}

/** As `JSON.stringify`, with whole numbers of any length. */
function toJson(value: unknown, path: string): string {
  if (Array.isArray(value)) return `[${value.map((item) => toJson(item, path)).join(",")}]`;
  if (typeof value === "bigint") return String(value);
  if (typeof value === "number" && !Number.isFinite(value)) {
    throw new CopycatError(
      "INVALID_INPUT",
      `${path} has ${value}, which JSON cannot hold. Use the storage postgresql.`,
    );
  }
  // JSON.stringify(-0) is "0".
  return Object.is(value, -0) ? "-0.0" : JSON.stringify(value);
}
