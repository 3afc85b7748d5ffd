// Updates of an SQLite file: a question for a list of them, and one for all their arrays.

import { asJsonText } from "../../../json.ts";
import type { SimulationUpdate, UpdateQuery } from "../../types.ts";
import { Mistake } from "../mistake.ts";
import { RefusedPart, type UpdateEntry } from "../types.ts";
import { type ArrayRow, inList, makeEntityData, readArrays } from "./arrays.ts";
import type { SqliteReader, SqliteValue } from "./reader.ts";

/** SQLite takes 32,766 parameters; arrays of so many updates are held at once. */
const listLength = 200;

const columns = "id, timestamp, iteration, dataset_name, origin";

interface UpdateRow {
  id: SqliteValue;
  timestamp: SqliteValue;
  iteration: SqliteValue;
  dataset_name: SqliteValue;
  origin: SqliteValue;
}

type Key = [timestamp: SqliteValue, iteration: SqliteValue, dataset: SqliteValue, id: SqliteValue];

/** All keys, in order, page by page: a file may have millions. */
export function* listKeys(database: SqliteReader, length = 1000): Generator<UpdateEntry[]> {
  for (let after: Key | null = null; ; ) {
    const where: string =
      after === null ? "" : "where (timestamp, iteration, dataset_name, id) > (?, ?, ?, ?)";
    const rows: UpdateRow[] = database.all<UpdateRow>(
      `select ${columns} from "update" ${where} order by timestamp, iteration, dataset_name, id limit ${length}`,
      after ?? [],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    after = [last.timestamp, last.iteration, last.dataset_name, last.id];
    yield rows.map(entryOf);
  }
}

function entryOf({ id, timestamp, iteration, dataset_name }: UpdateRow): UpdateEntry {
  return {
    timestamp: Number(timestamp),
    iteration: Number(iteration),
    dataset: String(dataset_name),
    place: Number(id),
  };
}

/** The entries that a query asks for; those without the groups and attributes asked for are left out. */
export function* findEntries(database: SqliteReader, query: UpdateQuery): Generator<UpdateEntry[]> {
  const { groups, attributes, from, to, dataset } = query;
  // With a plus no index of the name alone is taken: the one of the key has the order as well.
  const conditions = ["+dataset_name = ?", "(timestamp, iteration, id) > (?, ?, ?)"];
  const values: SqliteValue[] = [];
  if (from !== undefined) {
    conditions.push("timestamp >= ?");
    values.push(from);
  }
  if (to !== undefined) {
    conditions.push("timestamp <= ?");
    values.push(to);
  }
  if (groups !== undefined || attributes !== undefined) {
    conditions.push(`exists (select from_here.attribute_data_id from update_attribute from_here
      join attribute_data a on a.id = from_here.attribute_data_id
      where from_here.update_id = "update".id ${inList("a.entity_group", groups, values)}
        ${inList("a.attribute_name", attributes, values)})`);
  }
  const { after } = query;
  const endOfIds = Number.MAX_SAFE_INTEGER;
  let place: number[] =
    after === undefined ? [-endOfIds, 0, 0] : [after.timestamp, after.iteration, endOfIds];
  for (;;) {
    const rows = database.all<UpdateRow>(
      `select ${columns} from "update" where ${conditions.join(" and ")}
       order by timestamp, iteration, id limit ${listLength}`,
      [dataset, ...place, ...values],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    place = [Number(last.timestamp), Number(last.iteration), Number(last.id)];
    yield rows.map(entryOf);
  }
}

export interface RowsQuestion extends Pick<UpdateQuery, "groups" | "attributes"> {
  entries: readonly UpdateEntry[];
  /** Of the file, for messages. */
  path: string;
}

/** Reads these, in this order. */
export function* readRows(
  database: SqliteReader,
  { entries, path, groups, attributes }: RowsQuestion,
): Generator<SimulationUpdate | RefusedPart> {
  for (let start = 0; start < entries.length; start += listLength) {
    const list = entries.slice(start, start + listLength);
    const ids = list.map(({ place }) => place);
    const marks = ids.map(() => "?").join(", ");
    const updates = database.all<UpdateRow>(`select ${columns} from "update" where id in (${marks})`, ids);
    const rows = readArrays(database, { link: "update_attribute", owners: ids, groups, attributes });
    const byId = new Map(updates.map((row) => [Number(row.id), row]));
    const arrays = groupByOwner(rows);
    for (const { place } of list) {
      const row = byId.get(Number(place));
      if (row !== undefined) yield makeUpdate(row, arrays.get(Number(place)) ?? [], path);
    }
  }
}

function groupByOwner(rows: readonly ArrayRow[]): Map<number, ArrayRow[]> {
  const groups = new Map<number, ArrayRow[]>();
  for (const row of rows) {
    const group = groups.get(Number(row.owner));
    if (group === undefined) groups.set(Number(row.owner), [row]);
    else group.push(row);
  }
  return groups;
}

function makeUpdate(
  row: UpdateRow,
  arrays: readonly ArrayRow[],
  path: string,
): SimulationUpdate | RefusedPart {
  try {
    return {
      dataset: textOf(row.dataset_name, "dataset name"),
      timestamp: wholeOf(row.timestamp, "timestamp"),
      iteration: wholeOf(row.iteration, "iteration"),
      origin: row.origin === null ? null : String(row.origin),
      data: makeEntityData(arrays),
    };
  } catch (error) {
    if (!(error instanceof Mistake)) throw error;
    const { id, timestamp, iteration, dataset_name: dataset } = row;
    const name = `update ${id} (timestamp ${timestamp}, iteration ${iteration}, dataset ${JSON.stringify(String(dataset))})`;
    const position = `${name}${error.position === "" ? "" : ` ${error.position}`}`;
    return new RefusedPart({
      source: path,
      position,
      code: error.code,
      message: `${path}: ${position}: ${error.message}`,
      record: asJsonText(JSON.stringify({ dataset, timestamp, iteration, data: null })),
    });
  }
}

function wholeOf(value: SqliteValue, what: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value)) return value;
  throw new Mistake("invalid_key", "", `The ${what} is no whole number.`);
}

function textOf(value: SqliteValue, what: string): string {
  if (typeof value === "string" && value !== "") return value;
  throw new Mistake("invalid_key", "", `The ${what} is no text.`);
}
