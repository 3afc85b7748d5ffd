// Keys of the service: made, listed, revoked, and known again.

import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { type Database, ensureEngineTables, isAway, wrapDatabaseError } from "../database/index.ts";
import { CopycatError } from "../errors.ts";

export const keyScopes = ["read", "write"] as const;

/** `write` may read as well. */
export type KeyScope = (typeof keyScopes)[number];

export const keyTable = "copycat.api_key";

export interface ApiKey {
  name: string;
  scope: KeyScope;
  createdAt: Date;
  revokedAt: Date | null;
}

const mark = "ck_";

/**
 * Makes a key. Only its hash is kept: what is returned cannot be had again.
 *
 * @throws CopycatError CONFLICT when there is a key of this name, revoked or not: what it did stays told apart
 */
export async function addKey(database: Database, name: string, scope: KeyScope): Promise<string> {
  if (!/^[\w.@-]{1,64}$/.test(name)) {
    throw new CopycatError(
      "USAGE",
      `"${name}" is no name for a key. Use 1 to 64 letters, digits, dots, hyphens, underscores or @.`,
    );
  }
  await ensureEngineTables(database, keyTable);
  const key = `${mark}${randomBytes(32).toString("base64url")}`;
  const { rowCount } = await ask(
    database,
    `insert into ${keyTable} (name, digest, scope) values ($1, $2, $3) on conflict on constraint api_key_pkey do nothing`,
    [name, digestOf(key), scope],
  );
  if (rowCount === 1) return key;
  throw new CopycatError("CONFLICT", `There is or was a key ${name} already; take another name.`);
}

/** In the order of their names; revoked ones too. */
export async function listKeys(database: Database): Promise<ApiKey[]> {
  await ensureEngineTables(database, keyTable);
  const { rows } = await ask<ApiKey>(
    database,
    `select name, scope, created_at as "createdAt", revoked_at as "revokedAt" from ${keyTable} order by name`,
  );
  return rows;
}

/** From a second later on the key opens nothing. @throws CopycatError NOT_FOUND */
export async function revokeKey(database: Database, name: string): Promise<void> {
  await ensureEngineTables(database, keyTable);
  const { rowCount } = await ask(
    database,
    `update ${keyTable} set revoked_at = now() where name = $1 and revoked_at is null`,
    [name],
  );
  if (rowCount === 1) return;
  throw new CopycatError(
    "NOT_FOUND",
    `There is no key ${name} that works; \`copycat serve keys list\` lists them.`,
  );
}

/** A key that works. */
export interface KnownKey {
  name: string;
  scope: KeyScope;
}

interface KeyRow extends KnownKey {
  digest: Buffer;
  isRevoked: boolean;
}

/** A request in a second asks the database, the others know: a revoked key works that much longer. */
const knownMs = 1000;

/** A database that takes longer is away. */
const patienceMs = 1000;

/** The keys, as the service asks for them with each request. */
export class KeyRing {
  readonly #database: Database;
  readonly #outlives: boolean;
  #known: KeyRow[] | null = null;
  #rows: Promise<KeyRow[]> | null = null;
  #askedMs = Number.NEGATIVE_INFINITY;

  /** @param options `outlives`: while the database is away the keys are those it held last; nobody can revoke one then */
  constructor(database: Database, { outlives = false }: { outlives?: boolean } = {}) {
    this.#database = database;
    this.#outlives = outlives;
  }

  /** Whether none was ever made. A revoked one counts: ending the last key must not open the service to all. */
  async isEmpty(): Promise<boolean> {
    return (await this.#read()).length === 0;
  }

  /** Whether any opens something. */
  async hasWorking(): Promise<boolean> {
    return (await this.#read()).some(({ isRevoked }) => !isRevoked);
  }

  /** Whether the key of this name still opens something. */
  async isWorking(name: string): Promise<boolean> {
    return (await this.#read()).some((row) => row.name === name && !row.isRevoked);
  }

  /** Whose key it is; null when it is nobody's. All are compared, each in constant time. */
  async find(key: string): Promise<KnownKey | null> {
    const digest = digestOf(key);
    let found: KnownKey | null = null;
    for (const row of await this.#read()) {
      if (timingSafeEqual(row.digest, digest) && !row.isRevoked) found = row;
    }
    return found;
  }

  #read(): Promise<KeyRow[]> {
    const now = performance.now();
    if (this.#rows !== null && now - this.#askedMs < knownMs) return this.#rows;
    this.#askedMs = now;
    const reading = this.#outlives ? this.#askPatiently() : this.#ask();
    this.#rows = reading;
    // What failed is asked again.
    reading.catch(() => {
      if (this.#rows === reading) this.#rows = null;
    });
    return reading;
  }

  async #ask(): Promise<KeyRow[]> {
    const { rows } = await ask<KeyRow>(
      this.#database,
      `select name, scope, digest, revoked_at is not null as "isRevoked" from ${keyTable}`,
    );
    this.#known = rows;
    return rows;
  }

  async #askPatiently(): Promise<KeyRow[]> {
    const known = this.#known;
    const over = new AbortController();
    try {
      const asking = this.#ask();
      if (known === null) return await asking;
      const late = setTimeout(patienceMs, known, { signal: over.signal });
      return await Promise.race([asking, late]);
    } catch (error) {
      if (known !== null && isAway(error)) return known;
      throw error;
    } finally {
      over.abort();
    }
  }
}

/**
 * SHA-256 and no slow hash: those make guessing dear where people choose. A key is 256 random bits, which nobody guesses
 * at any speed, and each request has to be answered quickly.
 */
function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

async function ask<Row extends object>(
  { pool }: Database,
  text: string,
  values: unknown[] = [],
): Promise<{ rows: Row[]; rowCount: number | null }> {
  try {
    return await pool.query<Row & Record<string, unknown>>(text, values);
  } catch (error) {
    throw wrapDatabaseError(error, "The keys of the service cannot be looked at");
  }
}
