// Requests that carry a key of their own: each is done once, and its answer kept.

import type { FastifyRequest } from "fastify";
import type { ClientBase, Pool } from "pg";
import { type Database, SessionLock } from "../../database/index.ts";
import type { Body } from "../body/openBody.ts";
import type { LoadPlace } from "../catalogs/types.ts";
import { Refusal } from "../problem.ts";
import { shuttingDown } from "../queue.ts";

/** First key of the advisory lock that a request with a key holds while it is worked on. */
const requestLockClass = 7_266_839;

const table = "copycat.answered_request";

/** So long an answer is kept. */
const keptDays = 7;

interface Answered {
  /** Path and options. */
  request: string;
  bodyDigest: Buffer;
  answer: string;
}

/** @throws Refusal 400 */
export function readIdempotencyKey(header: string | string[] | undefined): string | null {
  if (header === undefined) return null;
  const key = String(header)
    .replace(/^"(.*)"$/, "$1")
    .toLowerCase();
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key)) return key;
  throw new Refusal(400, "USAGE", "Idempotency-Key is no UUID; it becomes the id of the run.");
}

/**
 * Nobody else, in any process on this database, works on a request with this key until the lock is released.
 *
 * @throws Refusal 409
 */
export async function lockRequest(database: Database, id: string): Promise<SessionLock> {
  const lock = await SessionLock.take(database, { classId: requestLockClass, key: id });
  if (lock !== null) return lock;
  throw new Refusal(409, "CONFLICT", `The request ${id} is being worked on; ask again for its answer.`, {
    headers: { "retry-after": "5" },
    members: { run: id },
  });
}

/** Where the records go now; else wherever they went before: their dataset may have moved since. */
async function findAnswer({ database, others }: LoadPlace, id: string): Promise<Answered | null> {
  const here = await readAnswer(database, id);
  if (here !== null) return here;
  const elsewhere = await Promise.all(
    (await others()).map((other) => readAnswer(other, id).catch(() => null)),
  );
  return elsewhere.find((answer) => answer !== null) ?? null;
}

async function readAnswer({ pool }: Database, id: string): Promise<Answered | null> {
  const { rows } = await pool.query<Answered>(
    `select request, body_digest as "bodyDigest", answer from ${table} where id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

/**
 * Keeps an answer, in place of one that was kept before the commit.
 *
 * @param client one inside the transaction of the rows, whose answer is in with them or not at all; or the pool, afterwards
 */
export async function keepAnswer(client: ClientBase | Pool, id: string, answered: Answered): Promise<void> {
  const { request, bodyDigest, answer } = answered;
  await client.query(
    `insert into ${table} (id, request, body_digest, answer) values ($1, $2, $3, $4)
    on conflict on constraint answered_request_pkey do update set answer = excluded.answer`,
    [id, request, bodyDigest, answer],
  );
}

async function forgetOldAnswers({ pool }: Database): Promise<void> {
  await pool.query(`delete from ${table} where answered_at < now() - make_interval(days => $1)`, [keptDays]);
}

/** A request with a key, and its body. */
export interface KeyedRequest {
  request: FastifyRequest;
  body: Body;
  key: string;
}

/** The answer that was given before; null when there is none. @param signal ends the reading of the body */
export async function replay(
  place: LoadPlace,
  { request, body, key }: KeyedRequest,
  signal: AbortSignal,
): Promise<string | null> {
  const before = await findAnswer(place, key);
  if (before === null) return null;
  if (before.request !== request.url) throw otherRequest(key);
  const stop = (): void => void body.stream.destroy(shuttingDown());
  signal.addEventListener("abort", stop, { once: true });
  try {
    if (signal.aborted) throw shuttingDown();
    await body.drain();
  } catch (error) {
    throw signal.aborted ? shuttingDown() : (body.failure ?? error);
  } finally {
    signal.removeEventListener("abort", stop);
  }
  if (!body.digest().equals(before.bodyDigest)) throw otherRequest(key);
  return before.answer;
}

function otherRequest(run: string): Refusal {
  return new Refusal(
    422,
    "USAGE",
    `The Idempotency-Key ${run} belongs to another request, which is answered. Give a new request a new key.`,
    { members: { run } },
  );
}

/** The rows are in: an answer that cannot be kept is told to the log, and given all the same. */
export async function keepLast(
  database: Database,
  { request, body, key }: KeyedRequest,
  answer: string,
): Promise<void> {
  try {
    await keepAnswer(database.pool, key, { request: request.url, bodyDigest: body.digest(), answer });
    await forgetOldAnswers(database);
  } catch (error) {
    request.log.error(error);
  }
}
