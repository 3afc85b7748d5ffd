// The reader the rest of the program sees: calls go to the first thread that is free, walks stay on theirs, and small
// arrays are read at once.

import { resolve } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { CopycatError } from "../errors.ts";
import { asReadError } from "./diagnose.ts";
import { NearFiles } from "./near.ts";
import type { Arguments, Operation, Result } from "./protocol.ts";
import { Hdf5Thread, ThreadLost } from "./thread.ts";
import type {
  ArrayData,
  ArrayPart,
  ColumnsRequest,
  ColumnsResult,
  Hdf5Reader,
  PickRequest,
  PickResult,
  Slices,
  WalkItem,
  WalkRequest,
} from "./types.ts";

/** A second call waits inside the thread, so that it never idles while an answer travels. */
const callsPerThread = 2;

/** As long as this takes a thread to start. */
const turnsBeforeThread = 8;

export class ThreadedHdf5Reader implements Hdf5Reader {
  readonly workers: number;
  private threads: Hdf5Thread[] = [];
  private readonly waiting: ((thread: Hdf5Thread | undefined) => void)[] = [];
  private lastWalk = 0;
  private turnsWaited = 0;
  private closed = false;
  private readonly near: NearFiles;
  private readonly isNear: boolean;

  constructor({ workers, blockMs }: { workers: number; blockMs: number }) {
    this.workers = workers;
    this.near = new NearFiles(blockMs);
    this.isNear = blockMs > 0;
  }

  async *walk(file: string, request: WalkRequest = {}): AsyncIterable<WalkItem> {
    const walk = { walk: ++this.lastWalk, file: resolve(file) };
    const thread = await this.withThread(async (free) => {
      await free.call("walkOpen", { ...walk, request });
      return free;
    });
    // One batch is asked for while the previous one is consumed: the thread is never further ahead.
    let next: Promise<Result<"walkNext">> | undefined = thread.call("walkNext", walk);
    try {
      while (next) {
        const { items, done }: Result<"walkNext"> = await next;
        next = done ? undefined : thread.call("walkNext", walk);
        next?.catch(() => {});
        yield* items;
      }
    } finally {
      if (next) await thread.call("walkClose", walk).catch(() => {});
    }
  }

  pick(file: string, request: PickRequest): Promise<PickResult> {
    return this.call("pick", { file: resolve(file), request });
  }

  columns(file: string, request: ColumnsRequest): Promise<ColumnsResult> {
    return this.call("columns", { file: resolve(file), request });
  }

  async readParts(parts: readonly ArrayPart[]): Promise<(ArrayData | CopycatError)[]> {
    const resolved = parts.map((part) => ({ ...part, file: resolve(part.file) }));
    const answers = await this.readNear(resolved);
    const left = resolved.filter((_, index) => answers[index] === undefined);
    const others = (await this.readInThread(left)).values();
    const leftOut = () => new CopycatError("INTERNAL", "The HDF5 reader left an array out.");
    return answers.map((answer) => answer ?? others.next().value ?? leftOut());
  }

  /**
   * What can be read at once, in this thread; undefined for the rest. What takes longer than a moment is for the other
   * threads, but goes on here until one has started.
   */
  private async readNear(parts: readonly ArrayPart[]): Promise<(ArrayData | CopycatError | undefined)[]> {
    const answers = parts.map((): ArrayData | CopycatError | undefined => undefined);
    if (!this.isNear || this.closed) return answers;
    this.near.begin();
    for (const [index, part] of parts.entries()) {
      if (this.near.isTired && !(await this.waitForTurn())) break;
      const answer = this.near.read(part);
      answers[index] = answer;
      // It starts while the rest is read.
      if (answer === undefined && this.threads.length === 0) this.startThread();
    }
    this.near.end();
    return answers;
  }

  /** Lets the event loop have its turn; false when a thread has started meanwhile. */
  private async waitForTurn(): Promise<boolean> {
    while (this.near.isTired) {
      if (this.hasReadyThread || this.closed) return false;
      this.turnsWaited += 1;
      if (this.turnsWaited > turnsBeforeThread && this.threads.length === 0) this.startThread();
      await nextTurn();
    }
    return !this.closed;
  }

  private async readInThread(parts: readonly ArrayPart[]): Promise<(ArrayData | CopycatError)[]> {
    const [first, ...more] = parts;
    if (first === undefined) return [];
    try {
      const results = (await this.call("readParts", { file: first.file, parts })).parts;
      return results.map((result) =>
        "array" in result ? result.array : new CopycatError(result.error.code, result.error.message),
      );
    } catch (error) {
      if (this.closed) throw error;
      if (more.length === 0) return [asReadError(first.file, error)];
      // One part took the thread along with it; each by itself, and it is known which one.
      const alone: (ArrayData | CopycatError)[] = [];
      for (const part of parts) alone.push(...(await this.readInThread([part])));
      return alone;
    }
  }

  async read(file: string, dataset: string, slices?: Slices): Promise<ArrayData> {
    const part = slices?.map((slice) => ({
      start: slice?.start ?? null,
      stop: slice?.stop ?? null,
      step: slice?.step ?? 1,
    }));
    const [result] = await this.readParts([{ file, dataset, view: part === undefined ? {} : { part } }]);
    if (result === undefined || result instanceof CopycatError) throw result;
    return result;
  }

  async close(): Promise<void> {
    this.closed = true;
    this.near.close();
    for (const giveUp of this.waiting.splice(0)) giveUp(undefined);
    await Promise.all(this.threads.map((thread) => thread.terminate()));
  }

  private async call<O extends Operation>(operation: O, args: Arguments<O>): Promise<Result<O>> {
    for (;;) {
      try {
        return await this.withThread((thread) => thread.call(operation, args));
      } catch (error) {
        // Each time a thread dies, one call fails for good: this ends.
        if (!(error instanceof ThreadLost) || this.closed) throw error;
      }
    }
  }

  /** Uses the least busy thread, or a new one while there may be more; waits its turn when all are busy. */
  private withThread<T>(use: (thread: Hdf5Thread) => Promise<T>): Promise<T> {
    const closed = () => Promise.reject(new CopycatError("CANCELLED", "the HDF5 reader is closed"));
    if (this.closed) return closed();
    const thread = this.leastBusy();
    if (thread) return use(thread);
    return new Promise((done) => this.waiting.push((free) => done(free ? use(free) : closed())));
  }

  private get hasReadyThread(): boolean {
    return this.threads.some((thread) => thread.isReady);
  }

  private leastBusy(): Hdf5Thread | undefined {
    this.threads = this.threads.filter((thread) => thread.alive);
    const [best] = this.threads.toSorted((left, right) => left.busy - right.busy);
    if (best?.busy === 0) return best;
    if (this.threads.length < this.workers) return this.startThread();
    return best && best.busy < callsPerThread ? best : undefined;
  }

  private startThread(): Hdf5Thread {
    const thread = new Hdf5Thread(() => this.serveWaiting());
    this.threads.push(thread);
    return thread;
  }

  private serveWaiting(): void {
    if (this.waiting.length === 0 || this.closed) return;
    const thread = this.leastBusy();
    if (thread) this.waiting.shift()?.(thread);
  }
}
