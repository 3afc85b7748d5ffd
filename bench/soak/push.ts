// Loads at a stated rate, each at its time whether or not the one before has been answered.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { BodyMaker, type Store, stores } from "./bodies.ts";

const pack = promisify(gzip);

/** Every so many loads, no multiple of the stores, one has a line that is no record, one is sent again with its key, one breaks off in mid-body. */
const every = { reject: 21, again: 25, cut: 41 };

export interface PushOptions {
  url: string;
  /** Records a second, all stores together. */
  rate: number;
  records: number;
  keys: number;
  untilMs: number;
}

export interface Pushed {
  requests: number;
  records: number;
  rejects: number;
  /** Told as inserted: so many must be stored in the end. */
  inserted: number;
  /** Of the same request again, answered from what was kept. */
  replayed: number;
  /** Broken off by us. */
  cut: number;
  /** What should not be, by what it is. */
  errors: Record<string, number>;
  /** From the time a load was due to its answer. */
  latenciesMs: Record<Store, number[]>;
}

export async function push(options: PushOptions): Promise<Pushed> {
  const { rate, records, untilMs } = options;
  const maker = new BodyMaker(options);
  const pushed: Pushed = {
    requests: 0,
    records: 0,
    rejects: 0,
    inserted: 0,
    replayed: 0,
    cut: 0,
    errors: {},
    latenciesMs: { catalog: [], memory: [], simulation: [], library: [] },
  };
  const stepMs = (records * 1000) / rate;
  const startMs = performance.now();
  const open = new Set<Promise<void>>();
  for (let turn = 0; ; turn++) {
    const dueMs = startMs + turn * stepMs;
    if (dueMs >= untilMs) break;
    await sleep(Math.max(0, dueMs - performance.now()));
    const store = stores[turn % stores.length] as Store;
    const { path, text } = maker.make(store);
    const job = send(pushed, { url: options.url + path, text, turn, store, dueMs });
    const one = job.catch((error: unknown) => note(pushed, `${error instanceof Error ? error.name : error}`));
    open.add(one);
    void one.finally(() => open.delete(one));
  }
  await Promise.all(open);
  return pushed;
}

interface Load {
  url: string;
  text: string;
  turn: number;
  store: Store;
  dueMs: number;
}

async function send(pushed: Pushed, { url, text, turn, store, dueMs }: Load): Promise<void> {
  pushed.requests += 1;
  if (turn % every.cut === every.cut - 1) return cutOff(pushed, url, text);
  const isBad = turn % every.reject === every.reject - 1;
  const whole = isBad ? `${text}{"no record": \n` : text;
  const isPacked = Math.floor(turn / stores.length) % 2 === 1;
  const request = {
    method: "POST",
    headers: {
      "content-type": "application/x-ndjson",
      "idempotency-key": randomUUID(),
      ...(isPacked ? { "content-encoding": "gzip" } : {}),
    },
    body: isPacked ? new Uint8Array(await pack(whole)) : whole,
  };
  const answer = await fetch(url, request);
  const said = await answer.text();
  const report = JSON.parse(said) as { code?: string } & Counts;
  pushed.latenciesMs[store].push(performance.now() - dueMs);
  if (!answer.ok) return note(pushed, `${store}: ${answer.status} ${report.code}`);
  const { read, rejected, inserted } = report.nodes ?? report;
  pushed.records += read;
  pushed.rejects += rejected;
  pushed.inserted += inserted;
  if (rejected !== Number(isBad)) note(pushed, `${store}: ${rejected} rejects instead of ${Number(isBad)}`);
  if (turn % every.again === 0) await again(pushed, { url, request, said });
}

interface Counts {
  read: number;
  rejected: number;
  inserted: number;
  nodes?: Omit<Counts, "nodes">;
}

async function again(
  pushed: Pushed,
  { url, request, said }: { url: string; request: RequestInit; said: string },
): Promise<void> {
  pushed.requests += 1;
  const answer = await fetch(url, request);
  const isSame = (await answer.text()) === said;
  if (isSame && answer.headers.get("idempotent-replayed") === "true") pushed.replayed += 1;
  else note(pushed, `sent again: ${answer.status}, ${isSame ? "loaded again" : "answered otherwise"}`);
}

/** A client that is gone in mid-body. */
async function cutOff(pushed: Pushed, url: string, text: string): Promise<void> {
  const abort = new AbortController();
  async function* half(): AsyncGenerator<Uint8Array> {
    yield Buffer.from(text.slice(0, text.length / 2));
    await sleep(100);
    abort.abort();
  }
  const headers = { "content-type": "application/x-ndjson" };
  const options = { method: "POST", headers, body: half(), duplex: "half", signal: abort.signal };
  await fetch(url, options as RequestInit).then(
    ({ status }) => note(pushed, `cut off, and answered with ${status}`),
    () => {
      pushed.cut += 1;
    },
  );
}

function note({ errors }: Pushed, what: string): void {
  errors[what] = (errors[what] ?? 0) + 1;
}
