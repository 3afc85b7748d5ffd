// The ledger of a load that commits batch by batch.

import type { ClientBase } from "pg";
import { CopycatError } from "../errors.ts";
import type { BulkReport } from "./loadOptions.ts";
import {
  addCountsSql,
  advanceLedgerSql,
  countNames,
  finishLedgerSql,
  forgetLedgerSql,
  openLedgerSql,
  readLedgerSql,
  sumLedgerSql,
} from "./sql/ledger.ts";

export interface LedgerEntry {
  loadId: string;
  target: string;
  policy: string;
  /** Connections that share the load. */
  lanes: number;
}

export class Ledger {
  readonly entry: LedgerEntry;
  /** Places in the input, by lane: records before them need not be loaded again. */
  readonly positions: number[];
  readonly isFinished: boolean;

  private constructor(entry: LedgerEntry, positions: number[], isFinished: boolean) {
    this.entry = entry;
    this.positions = positions;
    this.isFinished = isFinished;
  }

  /**
   * Finds the load or begins it. A load that was begun keeps its number of lanes, since rows are spread by it.
   *
   * @throws CopycatError USAGE when the name stands for another load.
   */
  static async open(client: ClientBase, entry: LedgerEntry): Promise<Ledger> {
    const read = async (): Promise<LedgerRow[]> =>
      (await client.query<LedgerRow>(readLedgerSql, [entry.loadId])).rows;
    let rows = await read();
    if (rows.length === 0) {
      await client.query(openLedgerSql, [entry.loadId, entry.lanes, entry.target, entry.policy]);
      rows = await read();
    }
    const [first] = rows;
    if (first === undefined) throw new CopycatError("INTERNAL", `The ledger lost the load ${entry.loadId}.`);
    for (const name of ["target", "policy"] as const) {
      if (first[name] === entry[name]) continue;
      throw new CopycatError(
        "USAGE",
        `The load ${entry.loadId} was begun with ${name} ${first[name]}, not ${entry[name]}. Give another loadId.`,
      );
    }
    return new Ledger(
      { ...entry, lanes: first.lanes },
      rows.map(({ position }) => position),
      rows.every(({ finished }) => finished),
    );
  }

  /**
   * Moves a lane on, inside the transaction of its rows. False when an earlier try of the same batch got through after
   * all, though its commit was not answered.
   *
   * @throws CopycatError CONFLICT when another process runs the same load.
   */
  async advance(client: ClientBase, lane: number, to: number): Promise<boolean> {
    const { loadId } = this.entry;
    const from = this.positions[lane] ?? 0;
    const { rowCount } = await client.query(advanceLedgerSql, [loadId, lane, from, to]);
    if (rowCount === 1) return true;
    const { rows } = await client.query<LedgerRow>(readLedgerSql, [loadId]);
    if (rows[lane]?.position === to) return false;
    throw new CopycatError(
      "CONFLICT",
      `Another process runs the load ${loadId}, which is at record ${rows[lane]?.position ?? "?"} now. ` +
        "Let it finish, or stop it and load again.",
    );
  }

  async addCounts(client: ClientBase, lane: number, report: BulkReport): Promise<void> {
    const counts = countNames.map((name) => report[name]);
    await client.query(addCountsSql, [this.entry.loadId, lane, ...counts]);
  }

  /** All batches are in. */
  async finish(client: ClientBase, forget: boolean): Promise<BulkReport> {
    const { loadId } = this.entry;
    const { rows } = await client.query<BulkReport>(sumLedgerSql, [loadId]);
    if (!this.isFinished || forget) {
      await client.query(forget ? forgetLedgerSql : finishLedgerSql, [loadId]);
    }
    if (rows[0] === undefined) throw new CopycatError("INTERNAL", `The ledger lost the load ${loadId}.`);
    return rows[0];
  }
}

interface LedgerRow {
  lane: number;
  lanes: number;
  target: string;
  policy: string;
  position: number;
  finished: boolean;
}
