// Entities and their artifacts, brought together in memory that does not grow with the tables.

import { type TableBlock, TableRow } from "../../../manifest/index.ts";
import { type JoinedEntity, type Tables, uidAt } from "./joined.ts";
import { partitionJoin } from "./partition.ts";
import { UidHashes } from "./repeatedUids.ts";

/** Rows in a list of joined entities, about. */
const listRows = 256;

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
  const cursor = new UidCursor(artifacts.blocks([uid]), uid);
  const hashes = new UidHashes();
  let rows = 0;
  try {
    for await (const block of entities.blocks([uid])) {
      rows += block.length;
      for (let row = 0; row < block.length; row++) {
        const own = uidAt(block, uid, row);
        if (own !== null) hashes.add(own);
        while (!cursor.pass(own) && (await cursor.fill()));
      }
    }
    const isAtEnd = !(await cursor.fill());
    const isOrdered = isAtEnd && !(await hashes.hasRepeated(entities, uid));
    while (await cursor.fill()) cursor.passBlock();
    return { isOrdered, rows: rows + cursor.passed };
  } finally {
    await cursor.close();
  }
}

async function* mergeJoin({ entities, artifacts, uid }: Tables): AsyncGenerator<JoinedEntity> {
  const cursor = new UidCursor(artifacts.blocks(), uid);
  try {
    for await (const block of entities.blocks()) {
      for (let row = 0; row < block.length; row++) {
        const joined: JoinedEntity = { entity: new TableRow(block, row), artifacts: [], isRepeated: false };
        const strays: TableRow[] = [];
        const own = uidAt(block, uid, row);
        const rows = { own: joined.artifacts, strays };
        while (!cursor.pass(own, rows) && (await cursor.fill()));
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

/** Goes through a table from uid to uid. It waits once a block, not once a row. */
class UidCursor {
  readonly #blocks: AsyncGenerator<TableBlock>;
  readonly #column: string;
  #block: TableBlock | null = null;
  #row = 0;
  passed = 0;

  constructor(blocks: AsyncGenerator<TableBlock>, column: string) {
    this.#blocks = blocks;
    this.#column = column;
  }

  /**
   * Passes over the rows of a uid, and those without any, into `rows`.
   *
   * @returns whether it came to a row of another uid; if not, the block is at its end
   */
  pass(own: string | null, rows?: { own: TableRow[]; strays: TableRow[] }): boolean {
    const block = this.#block;
    if (block === null) return false;
    for (; this.#row < block.length; this.#row++, this.passed++) {
      const found = uidAt(block, this.#column, this.#row);
      if (found !== null && found !== own) return true;
      (found === null ? rows?.strays : rows?.own)?.push(new TableRow(block, this.#row));
    }
    return false;
  }

  passBlock(): void {
    this.passed += (this.#block?.length ?? 0) - this.#row;
    this.#row = this.#block?.length ?? 0;
  }

  /** Takes the next block where the one at hand is at its end; false at the end of the table. */
  async fill(): Promise<boolean> {
    while (this.#block === null || this.#row >= this.#block.length) {
      const { done, value } = await this.#blocks.next();
      if (done === true) return false;
      this.#block = value;
      this.#row = 0;
    }
    return true;
  }

  async close(): Promise<void> {
    await this.#blocks.return(undefined);
  }
}
