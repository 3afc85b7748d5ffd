// A simulation as one HDF5 file: initial datasets, updates as they are, and full states over time.

import { type Hdf5Writer, openHdf5Writer } from "../../hdf5/index.ts";
import { beginningOf } from "../results/initial.ts";
import type { EntityData, InitialDataset, JsonObject, JsonValue, SimulationUpdate } from "../types.ts";
import { formatName, formatVersion } from "./layout.ts";
import { linkName } from "./names.ts";
import { StateArrays } from "./stateArrays.ts";
import { Survey } from "./survey.ts";
import { UpdateColumns } from "./updateColumns.ts";
import { writeInitial } from "./writeArrays.ts";

export interface Hdf5Content {
  datasets: readonly string[];
  /** Null when there is none. */
  readInitial(dataset: string): Promise<InitialDataset | null>;
  /** The part of initial data that is exported. */
  choose(data: EntityData): EntityData;
  /** All up to the last one that is written, also those before `from`: the states need them. Asked for twice. */
  readUpdates(dataset: string): AsyncIterable<SimulationUpdate>;
  /** Updates before it are not written. */
  from: number;
  /** So many values of states in all. */
  stateValues: number;
  scenario: string;
  /** Null where timestamps stand for no dates. */
  timeline: TimeReference | null;
  onStep(phase: "survey" | "initial" | "updates"): void;
}

export interface TimeReference {
  /** Unix seconds of timestamp 0. */
  reference: number;
  /** Seconds of one step of the timestamps; default 1. */
  timeScale?: number;
}

const units = new Map([
  [1, "seconds"],
  [60, "minutes"],
  [3600, "hours"],
  [86_400, "days"],
]);

/** In the words of the CF conventions, which have no other steps. */
function timeAttributes(timeline: TimeReference | null): Record<string, string> {
  const unit = units.get(timeline?.timeScale ?? 1);
  if (timeline === null || unit === undefined) return {};
  const start = new Date(timeline.reference * 1000).toISOString().replace("T", " ").replace(".000Z", "");
  return { units: `${unit} since ${start.replace("Z", "")}`, calendar: "standard" };
}

/** HDF5 takes attributes of up to 64 KiB, their description included. */
const maxAttributeBytes = 60_000;

export interface Hdf5Counts {
  initialDatasets: number;
  updates: number;
  notices: string[];
  /** Path of an array of states; absent when there is none. */
  firstState?: string;
}

/** @throws CopycatError INVALID_INPUT for what arrays cannot hold; CONFLICT when the source changes meanwhile */
export async function writeSimulation(path: string, content: Hdf5Content): Promise<Hdf5Counts> {
  const counts: Hdf5Counts = { initialDatasets: 0, updates: 0, notices: [] };
  const writer = await openHdf5Writer(path);
  let isClosed = false;
  try {
    writer.group("/", {
      format: formatName,
      format_version: formatVersion,
      scenario: content.scenario,
      Conventions: "CF-1.11",
    });
    for (const name of ["initial", "updates", "states"]) writer.group(`/${name}`);
    const budget = { values: content.stateValues };
    for (const dataset of content.datasets) await writeDataset(writer, { dataset, content, counts, budget });
    isClosed = true;
    writer.close();
  } catch (error) {
    if (!isClosed) writer.abandon();
    throw error;
  }
  return counts;
}

interface DatasetJob {
  dataset: string;
  content: Hdf5Content;
  counts: Hdf5Counts;
  budget: { values: number };
}

async function writeDataset(writer: Hdf5Writer, job: DatasetJob): Promise<void> {
  const { dataset, content, counts } = job;
  const survey = new Survey(dataset);
  const initial = await content.readInitial(dataset);
  const beginning = beginningOf(initial);
  const entities = content.choose(beginning.data);
  survey.addInitial(entities);
  if (initial !== null) {
    writeInitial(writer, initial);
    counts.initialDatasets += 1;
    content.onStep("initial");
  }
  for await (const update of content.readUpdates(dataset)) {
    survey.addUpdate(update, update.timestamp >= content.from);
    content.onStep("survey");
  }
  const states = beginStates(writer, { ...job, survey, metadata: beginning.metadata });
  for (const [group, arrays] of entities) states.get(group)?.apply(arrays);
  await writeUpdates(writer, { ...job, survey, states });
}

function beginStates(
  writer: Hdf5Writer,
  {
    dataset,
    content,
    counts,
    budget,
    survey,
    metadata,
  }: DatasetJob & { survey: Survey; metadata: JsonObject },
): Map<string, StateArrays> {
  const states = new Map<string, StateArrays>();
  if (content.stateValues === 0) return states;
  const { general } = metadata;
  const text = JSON.stringify(general ?? {});
  writer.group(`/states/${linkName(dataset)}`, {
    name: dataset,
    ...(general === undefined || Buffer.byteLength(text) > maxAttributeBytes ? {} : { general: text }),
  });
  for (const [group, facts] of survey.groups) {
    const begun = StateArrays.begin(writer, {
      dataset,
      group,
      survey: facts,
      budget,
      timeAttributes: timeAttributes(content.timeline),
      special: (attribute) => specialValue(general, `${group}.${attribute}`),
      onArray: (path) => {
        counts.firstState ??= path;
      },
      onNotice: (notice) => counts.notices.push(notice),
    });
    if (begun !== null) states.set(group, begun);
  }
  return states;
}

/** `general.special`, or `general.no_data` of older files, by group and attribute. */
function specialValue(general: JsonValue | undefined, key: string): JsonValue | undefined {
  if (typeof general !== "object" || general === null || Array.isArray(general)) return undefined;
  const values = general.special ?? general.no_data;
  if (typeof values !== "object" || values === null || Array.isArray(values)) return undefined;
  return values[key];
}

async function writeUpdates(
  writer: Hdf5Writer,
  {
    dataset,
    content,
    counts,
    survey,
    states,
  }: DatasetJob & { survey: Survey; states: Map<string, StateArrays> },
): Promise<void> {
  const columns = new UpdateColumns(writer, dataset, survey);
  /** Groups whose state at the last timestamp is not written yet. */
  const changed = new Set<StateArrays>();
  let last: number | null = null;
  const step = (): void => {
    for (const state of changed) state.step();
    changed.clear();
  };
  for await (const update of content.readUpdates(dataset)) {
    if (update.timestamp !== last) step();
    last = update.timestamp;
    const isWritten = update.timestamp >= content.from;
    for (const [group, arrays] of update.data) {
      const state = states.get(group);
      state?.apply(arrays);
      if (state !== undefined && isWritten) changed.add(state);
    }
    if (!isWritten) continue;
    columns.append(update);
    counts.updates += 1;
    content.onStep("updates");
  }
  step();
  columns.finish();
  for (const [group, facts] of survey.groups) {
    if (facts.timestamps.length === 0) states.get(group)?.step();
  }
}
