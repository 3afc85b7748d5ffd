// Ids for files that are added, some more than are needed: the next small batch does without the question.

import type { Database } from "../../database/index.ts";
import { ask } from "./ask.ts";
import type { Tables } from "./tables.ts";

const leastIds = 1000;

/**
 * Ids are sent as data, from the sequence: afterwards it is known which rows went in, whatever others write at the same
 * time, and COPY can be used, which says nothing of its rows. Those that are not used are lost.
 */
export class IdSupply {
  readonly #scope: { database: Database; tables: Pick<Tables, "file"> };
  #spare: number[] = [];

  constructor(database: Database, tables: Pick<Tables, "file">) {
    this.#scope = { database, tables };
  }

  /** In any order. */
  async take(count: number): Promise<number[]> {
    const ready = this.#spare.splice(0, count);
    if (ready.length === count) return ready;
    const missing = count - ready.length;
    const more = await this.#reserve(Math.max(missing, leastIds));
    this.#spare.push(...more.slice(missing));
    return [...ready, ...more.slice(0, missing)];
  }

  async #reserve(count: number): Promise<number[]> {
    const rows = await ask<{ ids: string[] }>(this.#scope, {
      // The sequence is looked up once: as an argument of nextval it is for each id, which took 7 us.
      text: `select array_agg(nextval(s.name)) as ids
        from (select pg_get_serial_sequence($1, 'id')::regclass as name offset 0) s, generate_series(1, $2)`,
      values: [this.#scope.tables.file, count],
      doing: "Adding files",
    });
    return (rows[0]?.ids ?? []).map(Number);
  }
}
