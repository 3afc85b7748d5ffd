// INSERTs through pg with everything left on: many rows a statement, or one, each statement prepared once.

import type pg from "pg";
import type { NodeRecord } from "../../src/catalog/index.ts";
import { inFreshCatalog } from "./freshCatalog.ts";
import { nodesPerEntity } from "./nodes.ts";
import { prepareRecords } from "./records.ts";
import { isAlwaysThere, type Way } from "./types.ts";

export const insert1000 = insertWay("insert1000", 1000, 10_000);
export const insert = insertWay("insert", 1, 1000);

function insertWay(name: "insert1000" | "insert", rows: number, maxEntities: number): Way {
  return {
    name,
    label: rows === 1 ? "INSERT, one row" : `INSERT, ${rows} rows`,
    maxEntities,
    missing: isAlwaysThere,
    load: (task) =>
      inFreshCatalog(task, async (catalog) => {
        const { entities, locators } = task;
        const records = await prepareRecords(entities, locators);
        const client = await catalog.connect();
        try {
          const start = performance.now();
          await client.query("begin");
          const inserter = new Inserter(client, rows);
          // As many nodes as make statements of `rows` rows at each level of the tree.
          for await (const nodes of chunks(records, rows * nodesPerEntity)) await inserter.add(nodes);
          await client.query("commit");
          await client.query(
            "analyze nodes, nodes_closure, structures, data_sources, assets, data_source_asset_association",
          );
          return { entities, elapsedMs: performance.now() - start };
        } finally {
          await client.end();
        }
      }),
  };
}

async function* chunks(batches: AsyncIterable<NodeRecord[]>, size: number): AsyncGenerator<NodeRecord[]> {
  let chunk: NodeRecord[] = [];
  for await (const batch of batches) {
    for (const node of batch) {
      if (chunk.push(node) < size) continue;
      yield chunk;
      chunk = [];
    }
  }
  yield chunk;
}

type Values = (string | number | boolean | null)[];

/** Keeps the ids that later rows refer to. */
class Inserter {
  readonly #client: pg.Client;
  readonly #rows: number;
  readonly #nodeIds = new Map<string, number>([["", 0]]);
  readonly #assetIds = new Map<string, number>();
  readonly #structures = new Set<string>();
  readonly #texts = new Map<string, string>();

  constructor(client: pg.Client, rows: number) {
    this.#client = client;
    this.#rows = rows;
  }

  async add(nodes: readonly NodeRecord[]): Promise<void> {
    const deepest = nodes.reduce((level, { parentPath }) => Math.max(level, parentPath.length), 0);
    // Parents first: their ids are known when the children come.
    for (let level = 0; level <= deepest; level++) {
      const ofLevel = nodes.filter(({ parentPath }) => parentPath.length === level);
      const ids = await this.#insert(
        "nodes",
        nodeColumns,
        ofLevel.map((node) => this.#nodeValues(node)),
      );
      for (const [index, { parentPath, key, structureFamily }] of ofLevel.entries()) {
        if (structureFamily === "container")
          this.#nodeIds.set(pathOf([...parentPath, key]), ids[index] ?? -1);
      }
      await this.#addData(ofLevel, ids);
    }
  }

  #nodeValues({ parentPath, key, structureFamily, metadata, specs, accessBlob }: NodeRecord): Values {
    return [this.#nodeIds.get(pathOf(parentPath)) ?? null, key, structureFamily, metadata, specs, accessBlob];
  }

  async #addData(nodes: readonly NodeRecord[], ids: readonly number[]): Promise<void> {
    const sources = nodes.flatMap(({ dataSource, structureFamily }, index) =>
      dataSource === null ? [] : [{ ...dataSource, structureFamily, nodeId: ids[index] ?? -1 }],
    );
    for (const { structure } of sources) {
      if (structure === null || this.#structures.has(structure.id)) continue;
      this.#structures.add(structure.id);
      await this.#client.query(
        "insert into structures (id, structure) values ($1, $2) on conflict do nothing",
        [structure.id, structure.json],
      );
    }
    const sourceIds = await this.#insert(
      "data_sources",
      sourceColumns,
      sources.map((s) => [
        s.nodeId,
        s.structure?.id ?? null,
        s.mimetype,
        s.parameters,
        s.properties,
        s.management,
        s.structureFamily,
      ]),
    );
    const assets = sources.flatMap((source, index) =>
      source.assets.map((asset) => ({ ...asset, sourceId: sourceIds[index] ?? -1 })),
    );
    const fresh = [...new Map(assets.map((asset) => [asset.dataUri, asset])).values()].filter(
      ({ dataUri }) => !this.#assetIds.has(dataUri),
    );
    const assetIds = await this.#insert(
      "assets",
      ["data_uri", "is_directory", "size"],
      fresh.map(({ dataUri, isDirectory, size }) => [dataUri, isDirectory, size]),
    );
    for (const [index, { dataUri }] of fresh.entries()) this.#assetIds.set(dataUri, assetIds[index] ?? -1);
    await this.#insert(
      "data_source_asset_association",
      ["data_source_id", "asset_id", "parameter", "num"],
      assets.map(({ sourceId, dataUri, parameter, num }) => [
        sourceId,
        this.#assetIds.get(dataUri) ?? null,
        parameter,
        num,
      ]),
      "data_source_id",
    );
  }

  /** In statements of as many rows as asked for; gives the ids in the order of the rows. */
  async #insert(table: string, columns: readonly string[], rows: Values[], id = "id"): Promise<number[]> {
    const ids: number[] = [];
    for (let start = 0; start < rows.length; start += this.#rows) {
      const some = rows.slice(start, start + this.#rows);
      const isUsual = some.length === this.#rows;
      const text = (isUsual && this.#texts.get(table)) || insertText(table, columns, some.length, id);
      // Only the usual number of rows comes again, and is worth preparing.
      if (isUsual) this.#texts.set(table, text);
      const query = { ...(isUsual ? { name: table } : {}), text, values: some.flat() };
      const result = await this.#client.query<{ id: number }>(query);
      for (const row of result.rows) ids.push(row.id);
    }
    return ids;
  }
}

function insertText(table: string, columns: readonly string[], rows: number, id: string): string {
  const tuple = (row: number): string =>
    `(${columns.map((_column, column) => `$${row * columns.length + column + 1}`).join(", ")})`;
  const tuples = Array.from({ length: rows }, (_unused, row) => tuple(row));
  return `insert into ${table} (${columns.join(", ")}) values ${tuples.join(", ")} returning ${id} as id`;
}

const nodeColumns = ["parent", "key", "structure_family", "metadata", "specs", "access_blob"];
const sourceColumns = [
  "node_id",
  "structure_id",
  "mimetype",
  "parameters",
  "properties",
  "management",
  "structure_family",
];

function pathOf(segments: readonly string[]): string {
  return segments.join("/");
}
