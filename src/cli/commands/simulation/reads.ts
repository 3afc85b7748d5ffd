// What the commands have in common that read a simulation.

import { type Command, InvalidArgumentError } from "commander";
import { CopycatError } from "../../../errors.ts";
import {
  listScenarios,
  openResults,
  openSimulationResults,
  openSimulationStore,
  parseDate,
  type SimulationResults,
  type Time,
  type TimelineOptions,
} from "../../../simulation/index.ts";
import { dsnOption, jsonOption, option, quietOption } from "../../options.ts";
import { type OpenedDatabase, withDatabase } from "../../withDatabase.ts";
import { type SimulationFlags, schemaOption } from "./shared.ts";

export interface ResultFlags extends SimulationFlags {
  scenario?: string;
  files?: string;
  reference?: string;
  timeScale?: number;
}

/** The options of a command that reads results, and then its examples. */
export function addResultOptions(command: Command, examples: string): Command {
  return command
    .addOption(option("--scenario <name>", "the run to read from", "the only one there is"))
    .addOption(
      option("--files <path>", "read a folder, an SQLite or an HDF5 file instead of the database", "none"),
    )
    .addOption(dsnOption())
    .addOption(schemaOption())
    .addOption(jsonOption())
    .addOption(quietOption())
    .addHelpText("after", examples);
}

/** As `addResultOptions`, for commands that are asked for times. */
export function addTimedOptions(command: Command, examples: string): Command {
  command
    .addOption(
      option(
        "--reference <date>",
        "date of simulation time 0; with it times can be dates, and have them",
        "that of the scenario, if it has one",
      ).argParser(date),
    )
    .addOption(
      option(
        "--time-scale <seconds>",
        "with --reference: seconds of one step of simulation time",
        "1",
      ).argParser(positive),
    );
  return addResultOptions(command, examples);
}

/** For people, and for the JSON that programs get. */
export interface OpenedResults {
  results: SimulationResults;
  /** Null of files. */
  scenario: string | null;
}

/** Opens a scenario of the store, or files. */
export async function withResults<Result>(
  flags: ResultFlags,
  work: (opened: OpenedResults) => Promise<Result>,
): Promise<Result> {
  if (flags.files !== undefined) return withFiles(flags, flags.files, work);
  return withStore(flags, async ({ database }) => {
    const scenario = flags.scenario ?? (await onlyScenario(database, flags.schema));
    const store = await openSimulationStore(database, { schema: flags.schema, scenario, create: false });
    const kept = flags.reference === undefined ? (await store.describe()).timeline : null;
    return work({ results: openResults(store, timelineOf(flags, kept)), scenario });
  });
}

async function withFiles<Result>(
  flags: ResultFlags,
  path: string,
  work: (opened: OpenedResults) => Promise<Result>,
): Promise<Result> {
  if (flags.scenario !== undefined) {
    throw new CopycatError(
      "USAGE",
      "--files reads files, and --scenario the database: leave one of them out.",
    );
  }
  const results = openResults(await openSimulationResults(path), timelineOf(flags, null));
  try {
    return await work({ results, scenario: null });
  } finally {
    await results.close();
  }
}

function timelineOf(
  { reference, timeScale }: ResultFlags,
  kept: TimelineOptions | null,
): { timeline?: TimelineOptions } {
  if (reference === undefined && timeScale !== undefined) {
    throw new CopycatError("USAGE", "--time-scale needs --reference, the date of simulation time 0.");
  }
  if (reference === undefined) return kept === null ? {} : { timeline: kept };
  return { timeline: { reference, ...(timeScale === undefined ? {} : { timeScale }) } };
}

/** Opens the database for a command that makes nothing in it. */
export function withStore<Result>(
  flags: SimulationFlags,
  work: (opened: OpenedDatabase) => Promise<Result>,
): Promise<Result> {
  const firstStep = "copycat simulation load PATH";
  return withDatabase("simulation", { ...flags, mustExist: true, firstStep }, work);
}

/** @param how a scenario is chosen, where there are several */
export async function onlyScenario(
  database: OpenedDatabase["database"],
  schema: string,
  how = "with --scenario NAME",
): Promise<string> {
  const names = (await listScenarios(database, { schema })).map(({ name }) => name);
  const [first, second] = names;
  if (first === undefined) {
    throw new CopycatError(
      "NOT_FOUND",
      `There is no scenario in the schema "${schema}" yet. Load one first: copycat simulation load PATH`,
    );
  }
  if (second === undefined) return first;
  throw new CopycatError(
    "USAGE",
    `There are ${names.length} scenarios: ${names.slice(0, 20).join(", ")}${names.length > 20 ? ", ..." : ""}. Choose one ${how}.`,
  );
}

/** Simulation time, or a date that the results' timeline knows. */
export function time(text: string): Time {
  if (/^\s*-?\d+\s*$/.test(text)) {
    const value = Number(text);
    if (Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError("expected a whole number below 2^53");
  }
  return date(text);
}

function date(text: string): string {
  try {
    parseDate(text);
    return text;
  } catch {
    throw new InvalidArgumentError("expected a date such as 2020-01-31T12:00:00");
  }
}

function positive(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError("expected a number above 0");
}

/** Ids as `1,2,5`, added to those given before. */
export function idList(text: string, before: readonly number[] = []): number[] {
  const ids = text.split(",").map((part) => (part.trim() === "" ? Number.NaN : Number(part)));
  if (!ids.every(Number.isSafeInteger)) {
    throw new InvalidArgumentError("expected whole numbers, such as 1,2,5");
  }
  return [...before, ...ids];
}
