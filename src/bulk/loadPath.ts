// One transaction's way for its batches: straight into the table while that works, by way of staging from then on.

import type { ClientBase, QueryResult } from "pg";
import { CopycatError } from "../errors.ts";
import type { Batch } from "./batch.ts";
import { releaseRows } from "./copyBatch.ts";
import { CopyRuns } from "./copyRun.ts";
import { copyDirectly, copyTarget, isConflict, MetItsLike, probeKeys } from "./directPath.ts";
import { type BulkReport, emptyReport } from "./loadOptions.ts";
import type { LoadSession } from "./loadSession.ts";
import { mergeSlices } from "./mergeSlices.ts";
import { isShardRefusal } from "./rejects.ts";
import { longLoadSettings } from "./settings.ts";
import { countOwn, settle } from "./settle.ts";
import { mergeSliceSql } from "./sql/mergeStaged.ts";
import { Staging } from "./staging.ts";

/** Of a batch that is sent by itself. */
interface Alone {
  /** It is the whole input. */
  isOnly: boolean;
  /** The row of it that the server named. */
  suspect?: number | undefined;
}

export class LoadPath {
  readonly #client: ClientBase;
  readonly #session: LoadSession;
  readonly #report = emptyReport();
  #state: "unknown" | "direct" | "staged" = "unknown";
  #staging: Staging | undefined;
  #isSettledIn = false;
  /** The table held nothing before: whatever is in it is this load's. */
  #wasEmpty = false;
  /** Transaction ids of what went in directly, when others' rows are in the table as well. */
  #marker: string[] | undefined;

  /** One COPY for several batches, while they go straight into the table. */
  readonly #runs: CopyRuns;
  readonly #release: (batch: Batch) => void;

  /** @param release told of batches that are done with; by default they stay as they are */
  constructor(client: ClientBase, session: LoadSession, release: (batch: Batch) => void = () => undefined) {
    this.#client = client;
    this.#session = session;
    this.#release = release;
    this.#runs = new CopyRuns(client, session.options, {
      onStored: (items) => {
        for (const { batch, rows } of items) {
          this.#report.inserted += rows;
          release(batch);
        }
      },
      sendAlone: ({ batch }, suspect) => this.#sendAlone(batch, { isOnly: false, suspect }),
    });
  }

  async send(batch: Batch, isLast: boolean): Promise<void> {
    this.#report.read += batch.read;
    this.#report.rejected += batch.rejected;
    // A run may have ended because nothing came: its batches go one by one, and may turn the load to staging.
    await this.#runs.settled();
    if (!isLast) await this.#settleIn();
    if (batch.positions.length > 0) {
      if (this.#state === "unknown") this.#state = await this.#choose(batch, isLast);
      const isOnly = isLast && !this.#runs.isOpen;
      if (this.#state === "direct" && !isOnly) {
        const target = { ...copyTarget(this.#session.table, batch), onPart: this.#onPart };
        await this.#runs.add(target, { bytes: batch.bytes, rows: batch.positions.length, batch });
      } else await this.#sendAlone(batch, { isOnly });
    }
    this.#session.sent(batch);
  }

  async #sendAlone(batch: Batch, how: Alone): Promise<void> {
    if (this.#state === "direct" && (await this.#sendDirectly(batch, how))) {
      this.#release(batch);
      return;
    }
    await this.#settleIn();
    this.#staging ??= await Staging.create(this.#client, this.#session, this.#release);
    await this.#staging.add(batch);
  }

  /** Merges what is staged; the counts of the whole. */
  async finish(): Promise<BulkReport> {
    await this.#runs.end();
    if (this.#staging !== undefined) await this.#finishStaged(this.#staging);
    return this.#report;
  }

  /** Leaves the connection usable when the load fails elsewhere. Never throws. */
  async abandon(error: unknown): Promise<void> {
    await this.#runs.abandon(error);
    await this.#staging?.abandon(error);
  }

  /** Settings that a load of one batch does without: they would take a tenth of the time of 10 rows. */
  async #settleIn(): Promise<void> {
    if (this.#isSettledIn) return;
    this.#isSettledIn = true;
    await this.#client.query(longLoadSettings);
  }

  async #choose(batch: Batch, isOnly: boolean): Promise<"direct" | "staged"> {
    const { table, options } = this.#session;
    if (options.path === "staged" || !table.canCopyDirectly) return "staged";
    if (options.policy === "error") return "direct";
    const { present, empty } = await probeKeys(this.#client, table, batch);
    this.#wasEmpty = empty;
    // Among rows of others a load knows its own by their transaction ids, which on a worker are the worker's.
    if (table.isDistributed && !empty && !isOnly) return "staged";
    return present ? "staged" : "direct";
  }

  /** False when the batch has to go through staging, as all that follow do. */
  async #sendDirectly(batch: Batch, { isOnly, suspect }: Alone): Promise<boolean> {
    const { policy } = this.#session.options;
    try {
      const onPart = isOnly ? undefined : this.#onPart;
      const refusals = await copyDirectly(this.#client, this.#session, batch, {
        suspect,
        ...(onPart === undefined ? {} : { onPart }),
      });
      await this.#session.refuse(batch, refusals);
      this.#report.rejected += refusals.length;
      this.#report.inserted += batch.positions.length - refusals.length;
      return true;
    } catch (error) {
      if (!(error instanceof MetItsLike)) throw error;
      if (policy === "error" && !isShardRefusal(error.cause)) throw conflictError(error.cause);
      this.#state = "staged";
      return false;
    }
  }

  /** What follows each part that goes in directly, where its rows have to be told from others' later on. */
  get #onPart(): (() => Promise<void>) | undefined {
    const isNeeded = this.#session.options.policy !== "error" && !this.#wasEmpty;
    return isNeeded ? () => this.#mark() : undefined;
  }

  /**
   * Notes the id under which the rows of this savepoint were written: they are told from others' by it. All in one message,
   * since a batch of 1,000 rows noticed the round trips.
   */
  async #mark(): Promise<void> {
    const text = this.#marker === undefined ? `${makeMarkerSql};\n${markSql}` : markSql;
    const results = (await this.#client.query(text)) as unknown as QueryResult<{ xmin: string }>[];
    this.#marker ??= [];
    for (const { rows } of results) for (const { xmin } of rows) this.#marker.push(xmin);
  }

  async #finishStaged(staging: Staging): Promise<void> {
    const { policy } = this.#session.options;
    const report = this.#report;
    await staging.end();
    report.rejected += staging.refused;
    this.#session.tell("settle", report.read, true);
    const own = report.inserted === 0 ? [] : this.#wasEmpty ? "all" : (this.#marker ?? []);
    const settled = await settle(this.#client, staging, policy, own);
    let inserted = 0;
    let updated = 0;
    const refused = await mergeSlices<{ inserted: number; updated: number }>(
      this.#client,
      this.#session,
      staging,
      {
        text: mergeSliceSql(staging.table, policy),
        onCounts: (counts) => {
          inserted += counts.inserted;
          updated += counts.updated;
        },
        rethrow: (error) =>
          policy === "error" && isConflict(this.#session.table, error) ? conflictError(error) : undefined,
      },
    );
    const kept = await countOwn(this.#client, staging, policy, own, refused);
    const rejected = refused.length;
    const untouched = staging.rows - settled.duplicates - inserted - updated - rejected;
    // Rows of this load that a later record of it was to change, and was refused: they are as they went in.
    const again = settled.own - kept.own;
    const changed = settled.ownChanged - kept.ownChanged;
    report.inserted += inserted;
    report.rejected += rejected;
    report.duplicates += settled.duplicates + again;
    report.updated += updated - changed;
    if (policy === "update") report.unchanged += untouched - (again - changed);
    else report.skipped += untouched - again;
    await staging.drop();
  }
}

const makeMarkerSql = "create temp table if not exists copycat_marker () on commit drop";
const markSql = `\
insert into pg_temp.copycat_marker default values returning xmin::text as xmin;
${releaseRows}`;

function conflictError(cause: unknown): CopycatError {
  const { detail, message } = cause as { detail?: string; message: string };
  return new CopycatError(
    "CONFLICT",
    `${detail ?? message} Policy "error" takes new rows only; nothing was changed.`,
    { cause },
  );
}
