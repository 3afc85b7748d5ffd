// Which of several inputs go in together.

import { stat } from "node:fs/promises";
import { extname } from "node:path";
import { CopycatError } from "../errors.ts";
import { checkRejectsFile } from "../files/index.ts";
import { checkInputs } from "./ingest.ts";
import { isDatasetFile } from "./openSource.ts";
import type { IngestOptions } from "./types.ts";

type CheckOptions = Omit<IngestOptions, "onProgress">;

/** Inputs that go in together: one run, one transaction, one report. */
export interface InputGroup {
  inputs: readonly string[];
  /** What it fills, as far as that is known; else what it is called. */
  name: string;
  /** Why it cannot be opened; null when it can. */
  error: unknown;
}

/**
 * Puts inputs into groups, in their order, and opens each as far as that needs no database. A dataset YAML and a folder
 * are a group each; files of data or of records that follow each other are one, since 10,000 of them must not become
 * 10,000 transactions.
 *
 * @returns groups of which at least one can be opened
 * @throws CopycatError UNREADABLE_SOURCE, INVALID_INPUT or USAGE when none can be
 */
export async function checkGroups(options: CheckOptions): Promise<InputGroup[]> {
  const { inputs, rejectsFile } = options;
  if (inputs.length === 0) throw new CopycatError("USAGE", "Name at least one input.");
  if (inputs.indexOf("-") !== inputs.lastIndexOf("-"))
    throw new CopycatError("USAGE", "Standard input (-) can be read once; name it once.");
  // Against all inputs: the rejects of one group must not destroy the input of another.
  if (rejectsFile !== undefined) await checkRejectsFile(rejectsFile, inputs);
  const groups: InputGroup[] = [];
  for (const together of await groupInputs(inputs)) groups.push(await checkGroup(together, options));
  requireOne(groups);
  return groups;
}

/**
 * @param onRecords told now and then how many records were read
 * @returns keys of the datasets that an input fills, in their order; of node records all are read for that
 * @throws CopycatError UNREADABLE_SOURCE or INVALID_INPUT; USAGE for standard input, which can be read once; CANCELLED
 */
export async function listDatasets(
  input: string,
  options: CheckOptions,
  onRecords?: (records: number) => void,
): Promise<string[]> {
  const sources = await checkInputs({ ...options, inputs: [input] });
  const lists = sources.map(
    async (source) => (await source.listDatasets?.(options.signal, onRecords)) ?? [source.dataset],
  );
  return (await Promise.all(lists)).flat();
}

/** @throws CopycatError what all groups failed with, when none can be taken */
export function requireOne(groups: readonly InputGroup[]): void {
  if (groups.every(({ error }) => error !== null)) throw noneOpens(groups);
}

async function groupInputs(inputs: readonly string[]): Promise<string[][]> {
  const groups: string[][] = [];
  let files: string[] | null = null;
  for (const input of inputs) {
    if (await isAlone(input)) {
      groups.push([input]);
      files = null;
    } else if (files === null) {
      files = [input];
      groups.push(files);
    } else {
      files.push(input);
    }
  }
  return groups;
}

async function isAlone(input: string): Promise<boolean> {
  if (input === "-") return false;
  if (isDatasetFile(input)) return true;
  const found = await stat(input).catch(() => null);
  // What is not there and has no extension was meant as a folder.
  return found === null ? extname(input) === "" : found.isDirectory();
}

async function checkGroup(inputs: readonly string[], options: CheckOptions): Promise<InputGroup> {
  try {
    const sources = await checkInputs({ ...options, inputs });
    return { inputs, name: nameGroup(sources.map(({ dataset }) => dataset)), error: null };
  } catch (error) {
    return { inputs, name: nameGroup(inputs), error };
  }
}

/** "VDP", "a.h5 and b.h5", "a.h5 and 99 more". */
export function nameGroup(all: readonly string[]): string {
  const names = [...new Set(all)];
  const [first = "", ...others] = names;
  if (others.length < 2) return names.join(" and ");
  return `${first} and ${others.length} more`;
}

function noneOpens(groups: readonly InputGroup[]): unknown {
  const errors = groups.map(({ error }) => error);
  const [first] = errors;
  if (errors.length === 1) return first;
  const known = errors.filter((error) => error instanceof CopycatError);
  const strange = errors.find((error) => !(error instanceof CopycatError));
  if (strange !== undefined) return strange;
  const code = known.find((error) => error.code !== "USAGE")?.code ?? "USAGE";
  return new CopycatError(code, `None of the ${errors.length} inputs can be taken; nothing was changed.`, {
    cause: first,
    details: known.flatMap(({ message, details }) => [message, ...details.map((detail) => `  ${detail}`)]),
  });
}
