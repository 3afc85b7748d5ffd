// The loads of this service, as they are now: for metrics, events and the page.

import { EventEmitter } from "node:events";

export const storeNames = ["catalog", "memory", "simulation", "library"] as const;

export type StoreName = (typeof storeNames)[number];

export const loadStates = ["waiting", "running", "completed", "completed_with_rejects", "failed"] as const;

export type LoadState = (typeof loadStates)[number];

export interface LiveLoad {
  /** Of the run. */
  id: string;
  store: StoreName;
  /** What is filled, as far as the request says it: `entries`, a scenario, a library; else null. */
  target: string | null;
  /** Name of the key that sent it; null where none is needed. */
  by: string | null;
  state: LoadState;
  /** `read`, `copy`, `merge`, `closure`, `indexes`, ..., as the store names them; null before it runs. */
  phase: string | null;
  /** Records read so far. */
  done: number;
  rejects: number;
  /** Records a second over the last moments. */
  rate: number;
  /** Bytes of the body so far, unpacked. */
  bytes: number;
  receivedAt: Date;
  /** Since it runs; 0 before. */
  elapsedMs: number;
  /** Of a failed one. */
  error: string | null;
}

/** Ended ones that are still told of. */
const keptLoads = 50;

/** The rate is over the last changes, each weighed the less the older it is. */
const rateMs = 2000;

export class Monitor {
  readonly #events = new EventEmitter().setMaxListeners(0);
  readonly #loads = new Map<string, LoadTracker>();

  begin(facts: Pick<LiveLoad, "id" | "store" | "target" | "by">): LoadTracker {
    const tracker = new LoadTracker(facts, (load) => this.#events.emit("load", load));
    // A run that is begun anew stands last.
    this.#loads.delete(facts.id);
    this.#loads.set(facts.id, tracker);
    this.#forget();
    tracker.change({});
    return tracker;
  }

  /** The newest first. */
  list(): LiveLoad[] {
    return [...this.#loads.values()].map(({ load }) => load).reverse();
  }

  find(id: string): LiveLoad | null {
    return this.#loads.get(id)?.load ?? null;
  }

  /** Tells of every change; returns what ends that. */
  listen(onLoad: (load: LiveLoad) => void): () => void {
    this.#events.on("load", onLoad);
    return () => this.#events.off("load", onLoad);
  }

  #forget(): void {
    const ended = [...this.#loads.values()].filter(({ load }) => hasEnded(load));
    for (const { load } of ended.slice(0, Math.max(0, ended.length - keptLoads))) this.#loads.delete(load.id);
  }
}

export function hasEnded({ state }: Pick<LiveLoad, "state">): boolean {
  return state !== "waiting" && state !== "running";
}

export class LoadTracker {
  #load: LiveLoad;
  readonly #onChange: (load: LiveLoad) => void;
  #startMs = 0;
  #lastMs = 0;
  #lastDone = 0;

  constructor(facts: Pick<LiveLoad, "id" | "store" | "target" | "by">, onChange: (load: LiveLoad) => void) {
    this.#onChange = onChange;
    this.#load = {
      ...facts,
      state: "waiting",
      phase: null,
      done: 0,
      rejects: 0,
      rate: 0,
      bytes: 0,
      receivedAt: new Date(),
      elapsedMs: 0,
      error: null,
    };
  }

  get load(): LiveLoad {
    return this.#load;
  }

  start(): void {
    this.#startMs = this.#lastMs = performance.now();
    this.change({ state: "running" });
  }

  change(change: Partial<LiveLoad>): void {
    const now = performance.now();
    const done = change.done ?? this.#load.done;
    const elapsedMs = this.#startMs === 0 ? 0 : Math.round(now - this.#startMs);
    this.#load = { ...this.#load, ...change, done, elapsedMs, rate: this.#rate(now, done) };
    this.#onChange(this.#load);
  }

  #rate(now: number, done: number): number {
    const passedMs = now - this.#lastMs;
    if (this.#startMs === 0 || passedMs < 50) return this.#load.rate;
    const current = ((done - this.#lastDone) * 1000) / passedMs;
    const weight = 1 - Math.exp(-passedMs / rateMs);
    this.#lastMs = now;
    this.#lastDone = done;
    return Math.round(this.#load.rate + (current - this.#load.rate) * weight);
  }
}
