// The part of an update that a query asks for, and queries over sources that are a list of entries.

import type { GroupData, SimulationUpdate, UpdateKey, UpdateQuery } from "../types.ts";
import { type FileSource, RefusedPart, type SourceOptions, type UpdateEntry } from "./types.ts";

/** Entries are read in lists of so many: enough to keep the disk busy, few enough to hold. */
const listLength = 200;

/** Whether an update is in the time that a query asks for. */
export function isInTime({ timestamp, iteration }: UpdateKey, { after, from, to }: UpdateQuery): boolean {
  if (from !== undefined && timestamp < from) return false;
  if (to !== undefined && timestamp > to) return false;
  if (after === undefined) return true;
  return timestamp > after.timestamp || (timestamp === after.timestamp && iteration > after.iteration);
}

/** Only the groups and attributes asked for; null when none of them is there. */
export function restrictUpdate(update: SimulationUpdate, query: UpdateQuery): SimulationUpdate | null {
  if (query.groups === undefined && query.attributes === undefined) return update;
  const groups = query.groups === undefined ? null : new Set(query.groups);
  const attributes = query.attributes === undefined ? null : new Set(query.attributes);
  const data = new Map<string, GroupData>();
  for (const [name, group] of update.data) {
    if (groups !== null && !groups.has(name)) continue;
    const kept = attributes === null ? group : restrictGroup(group, attributes);
    if (kept !== null) data.set(name, kept);
  }
  return data.size === 0 ? null : { ...update, data };
}

function restrictGroup(group: GroupData, attributes: ReadonlySet<string>): GroupData | null {
  const kept = new Map([...group].filter(([name]) => name === "id" || attributes.has(name)));
  return [...kept.keys()].some((name) => attributes.has(name)) ? kept : null;
}

/** Reads what a query asks for out of a list of entries that are in order. */
export async function* readQuery(
  source: Pick<FileSource, "readEntries">,
  entries: Iterable<UpdateEntry>,
  { query, onRefused }: SourceOptions & { query: UpdateQuery },
): AsyncGenerator<SimulationUpdate> {
  for (const list of listsOf(entries, (entry) => isInTime(entry, query))) {
    for await (const update of source.readEntries(list)) {
      if (!(update instanceof RefusedPart)) {
        const part = restrictUpdate(update, query);
        if (part !== null) yield part;
      } else if (onRefused === undefined) throw update.toError();
      else onRefused(update);
    }
  }
}

function* listsOf(
  entries: Iterable<UpdateEntry>,
  isWanted: (entry: UpdateEntry) => boolean,
): Generator<UpdateEntry[]> {
  let list: UpdateEntry[] = [];
  for (const entry of entries) {
    if (!isWanted(entry)) continue;
    list.push(entry);
    if (list.length < listLength) continue;
    yield list;
    list = [];
  }
  if (list.length > 0) yield list;
}

/** By timestamp, then iteration, both as numbers, then dataset. */
export function compareEntries(a: UpdateEntry, b: UpdateEntry): number {
  return a.timestamp - b.timestamp || a.iteration - b.iteration || compareTexts(a.dataset, b.dataset);
}

/** By code unit: the same order everywhere, whatever the language of the machine. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
