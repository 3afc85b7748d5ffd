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
import { Refusal, toProblem } from "../problem.ts";
import { shuttingDown } from "../queue.ts";
import type { Service } from "../service.ts";
import { keepAnswer, keepLast, readIdempotencyKey, replay } from "./answered.ts";
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

export interface LoadJob<Report extends AnyReport> {
  store: StoreName;
  target: string | null;
  maxRejects: number | undefined;
  load: (hooks: LoadHooks<Report>) => Promise<Report>;
  outcomesOf: (report: Report) => Outcomes;
}

export async function runLoad<Report extends AnyReport>(
  service: Service,
  { request, reply }: { request: FastifyRequest; reply: FastifyReply },
  job: LoadJob<Report>,
): Promise<FastifyReply> {
  if (service.isClosing) throw shuttingDown();
  const key = readIdempotencyKey(request.headers["idempotency-key"]);
  const body = openBody(service, request, key !== null);
  try {
    const asked = { request, reply, body };
    const answer =
      key === null
        ? await load(service, { ...asked, id: randomUUID(), isKept: false }, job)
        : await service.keyed.run(key, () => loadOnce(service, { ...asked, id: key, isKept: true }, job));
    return reply.type("application/json").send(answer);
  } finally {
    service.metrics.countBody(body.sentBytes, body.bytes);
    await body.close();
  }
}

async function loadOnce<Report extends AnyReport>(
  service: Service,
  asked: LoadRequest,
  job: LoadJob<Report>,
): Promise<string> {
  const { request, reply, body, id: key } = asked;
  const kept = await replay(service.database, { request, body, key }, service.abort.signal);
  if (kept !== null) {
    reply.header("idempotent-replayed", "true");
    return kept;
  }
  const answer = await load(service, asked, job);
  await keepLast(service.database, { request, body, key }, answer);
  return answer;
}

function openBody(service: Service, request: FastifyRequest, hashes: boolean): Body {
  const { maxBodyBytes: maxBytes, idleMs } = service.settings;
  const encoding = readEncoding(request.headers["content-encoding"]);
  if (Number(request.headers["content-length"] ?? 0) > maxBytes) {
    throw new Refusal(413, "INVALID_INPUT", `The body has more than ${maxBytes} bytes; send it in parts.`);
  }
  return new Body(request.raw, { encoding, maxBytes, idleMs, hashes });
}

interface LoadRequest {
  request: FastifyRequest;
  reply: FastifyReply;
  body: Body;
  id: string;
  /** The request has a key of its own. */
  isKept: boolean;
}

async function load<Report extends AnyReport>(
  service: Service,
  { request, reply, body, id, isKept }: LoadRequest,
  job: LoadJob<Report>,
): Promise<string> {
  const { store, target } = job;
  // Who is refused is no load: nobody shall read of it, and it must push out no load that was one.
  service.queue.checkRoom();
  const tracker = service.monitor.begin({ id, store, target, by: request.caller.name });
  // Who waits for a turn and is gone leaves the queue; who is gone once all has come still gets it in.
  const gone = new AbortController();
  const leave = (): void => gone.abort();
  reply.raw.once("close", leave);
  try {
    return await service.queue.run(async () => {
      tracker.start();
      return runNow(service, { tracker, body, request, isKept }, job);
    }, gone.signal);
  } catch (error) {
    const { problem } = toProblem(error, service.database.name);
    const hasRun = tracker.load.state !== "waiting";
    tracker.change({ state: "failed", error: problem.detail });
    service.metrics.countLoad(store, "failed", hasRun ? tracker.load.elapsedMs : null);
    throw error;
  } finally {
    reply.raw.off("close", leave);
  }
}

interface Running {
  tracker: LoadTracker;
  body: Body;
  request: FastifyRequest;
  isKept: boolean;
}

async function runNow<Report extends AnyReport>(
  service: Service,
  { tracker, body, request, isKept }: Running,
  job: LoadJob<Report>,
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
    const report = await job.load({
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
