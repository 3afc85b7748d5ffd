// One load from request to answer: its key, its turn, the load itself, its report with the first rejects.

import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";
import type { FastifyReply, FastifyRequest } from "fastify";
import type { BeforeCommit } from "../../bulk/index.ts";
import type { Log } from "../../log.ts";
import { Body } from "../body/openBody.ts";
import { readEncoding } from "../body/unpack.ts";
import type { LoadPlace } from "../catalogs/types.ts";
import { Refusal, toProblem } from "../problem.ts";
import { shuttingDown } from "../queue.ts";
import type { Service } from "../service.ts";
import { keepAnswer, keepLast, lockRequest, readIdempotencyKey, replay } from "./answered.ts";
import type { LoadTracker, StoreName } from "./monitor.ts";
import { type AnyReport, explainFailure, makeAnswer } from "./outcome.ts";

/** What a load of any store is given. */
export interface LoadHooks<Report> {
  run: string;
  /** The name of the key that sent it. */
  by: string | null;
  stdin: Readable;
  rejectsFile: string;
  signal: AbortSignal;
  log: Log;
  onProgress: (progress: { phase: string; done: number; rejected: number }) => void;
  /** Keeps the answer in the transaction of the rows; of a request without a key there is nothing to keep. */
  keeping: { beforeCommit?: BeforeCommit<Report> };
}

/** How many records became what. */
export type Outcomes = Readonly<Record<string, number>>;

export interface LoadJob<Report extends AnyReport, Place extends LoadPlace> {
  store: StoreName;
  target: string | null;
  maxRejects: number | undefined;
  /** Where it goes, for which the beginning of the body may be looked at. */
  findPlace: (body: Body) => Promise<Place>;
  load: (place: Place, hooks: LoadHooks<Report>) => Promise<Report>;
  outcomesOf: (report: Report) => Outcomes;
}

export async function runLoad<Report extends AnyReport, Place extends LoadPlace>(
  service: Service,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  job: LoadJob<Report, Place>,
): Promise<FastifyReply> {
  if (service.isClosing) throw shuttingDown();
  const key = readIdempotencyKey(request.headers["idempotency-key"]);
  const body = openBody(service, request, key !== null);
  try {
    const place = await findPlace(service, body, job);
    const asked = { request, reply, body, place };
    const answer =
      key === null
        ? await load(service, { ...asked, id: randomUUID(), isKept: false }, job)
        : await service.keyed.run(() => loadOnce(service, { ...asked, id: key, isKept: true }, job));
    return reply.type("application/json").send(answer);
  } finally {
    service.metrics.countBody(body.sentBytes, body.bytes);
    await body.close();
  }
}

async function findPlace<Report extends AnyReport, Place extends LoadPlace>(
  { abort: { signal } }: Service,
  body: Body,
  job: LoadJob<Report, Place>,
): Promise<Place> {
  const stop = (): void => void body.stream.destroy(shuttingDown());
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await job.findPlace(body);
  } catch (error) {
    throw signal.aborted ? shuttingDown() : error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function loadOnce<Report extends AnyReport, Place extends LoadPlace>(
  service: Service,
  asked: LoadRequest<Place>,
  job: LoadJob<Report, Place>,
): Promise<string> {
  const { request, reply, body, place, id: key } = asked;
  const lock = await lockRequest(place.database, key);
  try {
    const kept = await replay(place, { request, body, key }, service.abort.signal);
    if (kept !== null) {
      reply.header("idempotent-replayed", "true");
      return kept;
    }
    const answer = await load(service, asked, job);
    await keepLast(place.database, { request, body, key }, answer);
    return answer;
  } finally {
    await lock.release();
  }
}

function openBody(service: Service, request: FastifyRequest, hashes: boolean): Body {
  const { maxBodyBytes: maxBytes, idleMs } = service.settings;
  const encoding = readEncoding(request.headers["content-encoding"]);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
    throw new Refusal(413, "INVALID_INPUT", `The body has more than ${maxBytes} bytes; send it in parts.`);
  }
  return new Body(request.raw, { encoding, maxBytes, idleMs, hashes });
}

interface LoadRequest<Place> {
  request: FastifyRequest;
  reply: FastifyReply;
  body: Body;
  place: Place;
  id: string;
  /** The request has a key of its own. */
  isKept: boolean;
}

async function load<Report extends AnyReport, Place extends LoadPlace>(
  service: Service,
  { request, reply, body, place, id, isKept }: LoadRequest<Place>,
  job: LoadJob<Report, Place>,
): Promise<string> {
  const { store, target } = job;
  const queue = service.queues.of(place.database);
  // Who is refused is no load: nobody shall read of it, and it must push out no load that was one.
  queue.checkRoom();
  const tracker = service.monitor.begin({ id, store, target, by: request.caller.name });
  // Who waits for a turn and is gone leaves the queue; who is gone once all has come still gets it in.
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  reply.raw.once("close", leave);
  try {
    return await queue.run(async () => {
      tracker.start();
      return runNow(service, { tracker, body, place, request, isKept }, job);
    }, gone.signal);
  } catch (error) {
    const { problem } = toProblem(error, (text) => service.catalogs.hide(text));
    const hasRun = tracker.load.state !== "waiting";
    tracker.change({ state: "failed", error: problem.detail });
    service.metrics.countLoad(store, "failed", hasRun ? tracker.load.elapsedMs : null);
    throw error;
  } finally {
    reply.raw.off("close", leave);
  }
}

interface Running<Place> {
  tracker: LoadTracker;
  body: Body;
  place: Place;
  request: FastifyRequest;
  isKept: boolean;
}

async function runNow<Report extends AnyReport, Place extends LoadPlace>(
  service: Service,
  { tracker, body, place, request, isKept }: Running<Place>,
  job: LoadJob<Report, Place>,
): Promise<string> {
  const { id, store } = tracker.load;
  const rejectsFile = join(service.rejectsFolder, `${id}.ndjson`);
  const answerOf = (report: Report): Promise<string> =>
    makeAnswer({ ...report, run: id }, rejectsFile, job.outcomesOf(report).rejected ?? 0);
  const beforeCommit: BeforeCommit<Report> = async (client, report) => {
    const answer = await answerOf(report);
    await keepAnswer(client, id, { request: request.url, bodyDigest: body.digest(), answer });
  };
  try {
    const report = await job.load(place, {
      run: id,
      by: tracker.load.by,
      stdin: body.stream,
      rejectsFile,
      signal: service.abort.signal,
      log: { notice: (message) => request.log.info({ run: id }, message) },
      keeping: isKept ? { beforeCommit } : {},
      onProgress: ({ phase, done, rejected }) =>
        tracker.change({ phase, done, rejects: rejected, bytes: body.bytes }),
    });
    const outcomes = job.outcomesOf(report);
    const { read = 0, rejected = 0 } = outcomes;
    tracker.change({ state: report.status as "completed", done: read, rejects: rejected, bytes: body.bytes });
    service.metrics.countLoad(store, report.status, tracker.load.elapsedMs);
    service.metrics.countRecords(store, outcomes);
    request.log.info({ run: id, store, by: tracker.load.by, outcomes }, "load is in");
    return await answerOf(report);
  } catch (error) {
    throw await explainFailure(error, { service, body, rejectsFile, id, maxRejects: job.maxRejects });
  } finally {
    await rm(rejectsFile, { force: true });
  }
}
