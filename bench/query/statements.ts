// Tiled's own statements, without Tiled: named prepared statements on one connection, as SQLAlchemy and asyncpg send
// them. Their plans are generic ones from the sixth time on, unless the database says `plan_cache_mode`.

import type pg from "pg";
import { type Answer, type Ask, keysLimit, pageLimit, sortValues, type Wanted, type Way } from "./types.ts";

/** Ids of the catalog's nodes, which Tiled has at hand when it sends these: it has walked the path. */
export interface NodeIds {
  dataset: number;
  /** Of the entities, by number. */
  entities: readonly number[];
}

interface StatementsOptions {
  name: string;
  label: string;
  keys: readonly string[];
  ids: NodeIds;
}

export function makeStatements(client: pg.Client, { name, label, keys, ids }: StatementsOptions): Way {
  return {
    name,
    label,
    answer: async (ask) => {
      const { name: statement, text, values, answerOf } = statementOf(ask, ids, keys);
      const { rows } = await client.query<Found>({ name: statement, text, values: [...values] });
      return { answer: answerOf(rows) };
    },
    close: () => client.end(),
  };
}

interface Found {
  key: string;
  metadata: Record<string, unknown>;
  value: unknown;
  count: string;
}

interface TiledStatement {
  name: string;
  text: string;
  values: readonly unknown[];
  answerOf(rows: readonly Found[]): Answer;
}

const columns = [
  "id",
  "parent",
  "key",
  "structure_family",
  "metadata",
  "specs",
  "access_blob",
  "time_created",
  "time_updated",
]
  .map((column) => `nodes.${column}`)
  .join(", ");

const ofParent = "FROM nodes WHERE nodes.parent = $1::INTEGER";
const fullText =
  "jsonb_to_tsvector(CAST($2::REGCONFIG AS REGCONFIG), nodes.metadata, CAST($3::JSONB AS JSONB)) " +
  "@@ to_tsquery($4::REGCONFIG, $5::VARCHAR)";

function statementOf(ask: Ask, ids: NodeIds, keys: readonly string[]): TiledStatement {
  const { dataset } = ids;
  switch (ask.kind) {
    case "count":
      return filtered("count", { condition: "", values: [dataset], wanted: "count" });
    case "keys":
      return {
        name: "keys",
        text: `SELECT nodes.id, nodes.key ${ofParent} AND nodes.id > $2::INTEGER ORDER BY nodes.id LIMIT $3::INTEGER`,
        // Tiled asks for one more, to know whether a page follows.
        values: [dataset, ids.entities[ask.after], keysLimit + 1],
        answerOf: (rows) => keysOf(rows).slice(0, keysLimit),
      };
    case "metadata":
      return {
        name: "metadata",
        text: `SELECT ${columns} FROM nodes AS nodes_1 JOIN nodes ON nodes.parent = nodes_1.id
          WHERE nodes_1.id = $1::INTEGER AND nodes.key = $2::VARCHAR`,
        values: [dataset, keys[ask.entity]],
        answerOf: (rows) => rows[0]?.metadata ?? {},
      };
    case "artifacts":
      return filtered("artifacts", { condition: "", values: [ids.entities[ask.entity]], wanted: "page" });
    case "range": {
      const condition = "AND (nodes.metadata #> $2) > $3::JSONB";
      const values = [dataset, [ask.key], JSON.stringify(ask.above)];
      return filtered("range", { condition, values, wanted: ask.wanted });
    }
    case "between": {
      const condition = "AND (nodes.metadata #> $2) >= $3::JSONB AND (nodes.metadata #> $4) <= $5::JSONB";
      const path = [ask.key];
      const values = [dataset, path, JSON.stringify(ask.low), path, JSON.stringify(ask.high)];
      return filtered("between", { condition, values, wanted: "page" });
    }
    case "equality": {
      const values = [dataset, JSON.stringify({ [ask.key]: ask.value })];
      return filtered("equality", { condition: "AND nodes.metadata @> $2::JSONB", values, wanted: "page" });
    }
    case "text": {
      const values = [dataset, "simple", '["string"]', "simple", ask.words.join(" & ")];
      return filtered("text", { condition: `AND ${fullText}`, values, wanted: ask.wanted });
    }
    case "distinct":
      return distinctStatement(ask.key);
    case "sort":
      return {
        name: `sort_${ask.descending}`,
        text: `SELECT ${columns} ${ofParent}
          ORDER BY nodes.metadata -> $2::TEXT ${ask.descending ? "DESC" : ""}, nodes.id LIMIT $3::INTEGER`,
        values: [dataset, ask.key, pageLimit],
        answerOf: keysOf,
      };
  }
}

interface Filter {
  condition: string;
  values: readonly unknown[];
  wanted: Wanted;
}

function filtered(name: string, { condition, values, wanted }: Filter): TiledStatement {
  if (wanted === "count") {
    return {
      name: `${name}_count`,
      text: `SELECT count(*) AS count ${ofParent} ${condition}`,
      values,
      answerOf: (rows) => Number(rows[0]?.count),
    };
  }
  return {
    name: `${name}_page`,
    text: `SELECT ${columns} ${ofParent} ${condition} ORDER BY nodes.id LIMIT $${values.length + 1}::INTEGER`,
    values: [...values, pageLimit + 1],
    answerOf: (rows) => keysOf(rows).slice(0, pageLimit),
  };
}

/** Over the whole catalog: Tiled leaves the parent out. Arrays have no such key and are counted as none. */
function distinctStatement(key: string): TiledStatement {
  const clause = "(nodes.metadata -> $1::TEXT)";
  return {
    name: "distinct",
    text: `SELECT ${clause} AS value, count(${clause}) AS count FROM nodes GROUP BY ${clause}`,
    values: [key],
    answerOf: (rows) =>
      sortValues(
        rows
          .filter(({ value }) => value !== null)
          .map(({ value, count }): [unknown, number] => [value, Number(count)]),
      ),
  };
}

function keysOf(rows: readonly Found[]): string[] {
  return rows.map(({ key }) => key);
}
