// Targets of a process that lives long: opened when they are first needed, and again once they were down.

import { setTimeout } from "node:timers/promises";
import { type ConnectOptions, type Database, isAway, openDatabase } from "../database/index.ts";
import { CopycatError, errorMessage } from "../errors.ts";
import { atTarget } from "./atTarget.ts";
import { checkCatalog } from "./checkCatalog.ts";
import { placeOf } from "./openTargets.ts";
import { readTargets } from "./readTargets.ts";
import { refuseSame } from "./refuseSame.ts";
import type { OpenedTarget, Target, Targets } from "./types.ts";

export interface LiveOptions {
  connect?: Omit<ConnectOptions, "dsn">;
  /** Makes ready what has just been opened; when it fails, the opening has failed. */
  onOpen?: (database: Database) => Promise<void>;
  onNotice?: (message: string) => void;
}

/** Who does not answer within is down for who asks; it is waited for aside, and is there for the next one. */
const patienceMs = 3000;

/** Of one that was down when it was asked last. */
const silentPatienceMs = 200;

type Look = OpenedTarget | null;

/**
 * The targets of a file, which is read again each time: a dataset that has moved is looked for where it is.
 *
 * @example
 * const live = new LiveTargets(await readTargets("targets.yaml"));
 * const { nodes, missing } = await searchTargets(await live.look(), { dataset: "VDP" });
 * await live.close();
 */
export class LiveTargets {
  readonly #options: LiveOptions;
  readonly #opening = new Map<string, Promise<Database>>();
  readonly #opened = new Map<string, Database>();
  readonly #looks = new Map<string, Promise<Look>>();
  readonly #silent = new Set<string>();
  #targets: Targets;
  #mistake: string | null = null;

  constructor(targets: Targets, options: LiveOptions = {}) {
    this.#targets = targets;
    this.#options = options;
  }

  /** What the file says now; as long as it cannot be read, what it said before. */
  async read(): Promise<Targets> {
    try {
      this.#targets = await readTargets(this.#targets.path);
      this.#mistake = null;
    } catch (error) {
      const mistake = errorMessage(error);
      if (mistake !== this.#mistake) this.#options.onNotice?.(`${mistake} What the file said before holds.`);
      this.#mistake = mistake;
    }
    return this.#targets;
  }

  /** What the file said when it was read last. */
  get targets(): Targets {
    return this.#targets;
  }

  /** Those that are open. */
  get databases(): Database[] {
    return [...this.#opened.values()];
  }

  /**
   * A target that answers now.
   *
   * @throws CopycatError with its name: CONNECTION when it does not answer, USAGE when it is the same catalog as another one,
   * CATALOG_VERSION
   */
  async open(target: Target): Promise<Database> {
    const one = await this.#look(target);
    if (one?.database === null) throw explain(target, one.error);
    // Without a catalog it is still a place to make one.
    return one?.database ?? this.#connect(target);
  }

  /** All targets of the file whose databases hold a catalog, as they are now; who does not answer in a moment is down. */
  async look(): Promise<OpenedTarget[]> {
    const { list } = await this.read();
    const looks = await Promise.all(list.map((target) => this.#look(target)));
    return looks.filter((one) => one !== null);
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#opening.values());
    await Promise.all(this.databases.map((database) => database.close()));
  }

  #connect(target: Target): Promise<Database> {
    const key = keyOf(target);
    const known = this.#opening.get(key);
    if (known !== undefined) return known;
    const opening = this.#connectTo(target, key);
    this.#opening.set(key, opening);
    opening.catch(() => this.#opening.delete(key));
    return opening;
  }

  async #connectTo(target: Target, key: string): Promise<Database> {
    const database = await openDatabase({ ...this.#options.connect, ...placeOf(target) });
    this.#opened.set(key, database);
    try {
      await refuseSame(this.#current());
      await this.#options.onOpen?.(database);
      return database;
    } catch (error) {
      this.#opened.delete(key);
      await database.close();
      throw error;
    }
  }

  /** Those of the file that are open: one that it named otherwise before is not compared. */
  #current(): OpenedTarget[] {
    return this.#targets.list.flatMap((target) => {
      const database = this.#opened.get(keyOf(target));
      return database === undefined ? [] : [{ target, database, error: null }];
    });
  }

  async #look(target: Target): Promise<Look> {
    const key = keyOf(target);
    const over = new AbortController();
    const isSilent = this.#silent.has(key);
    const late = setTimeout(isSilent ? silentPatienceMs : patienceMs, "late" as const, {
      signal: over.signal,
    });
    late.catch(() => undefined);
    try {
      const one = await Promise.race([this.#lookNow(target, key), late]);
      if (one !== "late") return one;
      this.#silent.add(key);
      return { target, database: null, error: isLate(target) };
    } finally {
      over.abort();
    }
  }

  /** One look at a time, which all who ask meanwhile share. */
  #lookNow(target: Target, key: string): Promise<Look> {
    const known = this.#looks.get(key);
    if (known !== undefined) return known;
    const looking = this.#connect(target)
      .then(
        (database) => checkCatalog({ target, database, error: null }),
        (error: unknown): Look => ({ target, database: null, error }),
      )
      .finally(() => {
        this.#looks.delete(key);
        this.#silent.delete(key);
      });
    this.#looks.set(key, looking);
    return looking;
  }
}

/** Why a server is away says where it is, which is not for all who ask: it is the cause. */
function explain(target: Target, error: unknown): unknown {
  if (!isAway(error)) return atTarget(target, error);
  return new CopycatError("CONNECTION", `The target ${target.name} does not answer.`, { cause: error });
}

const keyOf = (target: Target): string => JSON.stringify(placeOf(target));

function isLate({ name }: Target): CopycatError {
  return new CopycatError("CONNECTION", `${name} takes too long to answer.`);
}
