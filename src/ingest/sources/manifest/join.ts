// Entities and their artifacts, brought together in memory that does not grow with the tables.

import type { TableRow } from "../../../manifest/index.ts";
import { type JoinedEntity, type Tables, uidOf } from "./joined.ts";
import { partitionJoin } from "./partition.ts";
import { UidHashes } from "./repeatedUids.ts";

/** Rows in a list of joined entities, about. */
const listRows = 1000;

/**
 * Joins the tables by uid: side by side where the artifacts follow the order of the entities and no uid is an entity's
 * twice, which one pass over the uids tells, else over temporary files.
 */
export async function* joinTables(tables: Tables): AsyncGenerator<JoinedEntity[]> {
  const { isOrdered, rows } = await compareOrder(tables);
  yield* inLists(isOrdered ? mergeJoin(tables) : partitionJoin(tables, rows));
}

async function compareOrder({
  entities,
  artifacts,
  uid,
}: Tables): Promise<{ isOrdered: boolean; rows: number }> {
  const cursor = new RowCursor(artifacts.rows([uid]));
  const hashes = new UidHashes();
  let rows = 0;
  try {
    let artifact = await cursor.next();
    const passOver = async (wanted: string | null): Promise<void> => {
      for (; artifact !== undefined; artifact = await cursor.next(), rows++) {
        const found = uidOf(artifact, uid);
        if (found !== null && found !== wanted) return;
      }
    };
    for await (const list of entities.rows([uid])) {
      rows += list.length;
      for (const entity of list) {
        const own = uidOf(entity, uid);
        if (own !== null) hashes.add(own);
        await passOver(own);
      }
    }
    const isOrdered = artifact === undefined && !(await hashes.hasRepeated(entities, uid));
    for (; artifact !== undefined; artifact = await cursor.next()) rows += 1;
    return { isOrdered, rows };
  } finally {
    await cursor.close();
  }
}

async function* mergeJoin({ entities, artifacts, uid }: Tables): AsyncGenerator<JoinedEntity> {
  const cursor = new RowCursor(artifacts.rows());
  try {
    let artifact = await cursor.next();
    for await (const list of entities.rows()) {
      for (const entity of list) {
        const own = uidOf(entity, uid);
        const joined: JoinedEntity = { entity, artifacts: [], isRepeated: false };
        const strays: TableRow[] = [];
        for (; artifact !== undefined; artifact = await cursor.next()) {
          const found = uidOf(artifact, uid);
          if (found !== null && found !== own) break;
          (found === null ? strays : joined.artifacts).push(artifact);
        }
        yield joined;
        if (strays.length > 0) yield { entity: null, artifacts: strays, isRepeated: false };
      }
    }
  } finally {
    await cursor.close();
  }
}

async function* inLists(joined: AsyncIterable<JoinedEntity>): AsyncGenerator<JoinedEntity[]> {
  let list: JoinedEntity[] = [];
  let rows = 0;
  for await (const one of joined) {
    list.push(one);
    rows += 1 + one.artifacts.length;
    if (rows < listRows) continue;
    yield list;
    list = [];
    rows = 0;
  }
  if (list.length > 0) yield list;
}

/** The rows of a table one by one; a promise a list, not a row, would be too much to write twice. */
class RowCursor {
  readonly #lists: AsyncGenerator<readonly TableRow[]>;
  #list: readonly TableRow[] = [];
  #position = 0;

  constructor(lists: AsyncGenerator<readonly TableRow[]>) {
    this.#lists = lists;
  }

  async next(): Promise<TableRow | undefined> {
    while (this.#position >= this.#list.length) {
      const result = await this.#lists.next();
      if (result.done === true) return undefined;
      this.#list = result.value;
      this.#position = 0;
    }
    return this.#list[this.#position++];
  }

  async close(): Promise<void> {
    await this.#lists.return(undefined);
  }
}
