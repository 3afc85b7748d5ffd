// One worker thread and the calls that it still owes an answer.

import { CopycatError } from "../errors.ts";
import { startWorker } from "../startWorker.ts";
import { type Answer, type Arguments, type Call, type Operation, type Result, readyId } from "./protocol.ts";

/** Keeps a runaway thread from taking the whole process along; wasm memory is not counted in it. */
const resourceLimits = { maxOldGenerationSizeMb: 128, maxYoungGenerationSizeMb: 8 };

interface Pending {
  file: string;
  resolve(result: Result<Operation>): void;
  reject(error: Error): void;
}

export class Hdf5Thread {
  private readonly worker = startWorker(import.meta.url, resourceLimits);
  private readonly pending = new Map<number, Pending>();
  private lastId = readyId;
  private loaded = false;
  private failure: Error | undefined;
  private readonly onIdle: () => void;

  /** `onIdle` is called after each answer, and once when the thread has died. */
  constructor(onIdle: () => void) {
    this.onIdle = onIdle;
    this.worker.unref();
    this.worker.on("message", (answer: Answer) => this.settle(answer));
    this.worker.on("error", (error) => this.die(error));
    this.worker.on("exit", () => this.die(new Error("the thread ended")));
  }

  get alive(): boolean {
    return this.failure === undefined;
  }

  /** True when it has started and waits for calls; earlier ones wait for it. */
  get isReady(): boolean {
    return this.loaded && this.alive;
  }

  get busy(): number {
    return this.pending.size;
  }

  call<O extends Operation>(operation: O, args: Arguments<O>): Promise<Result<O>> {
    if (this.failure) return Promise.reject(lost(args.file, this.failure));
    const id = ++this.lastId;
    const answered = new Promise<Result<Operation>>((resolve, reject) => {
      this.pending.set(id, { file: args.file, resolve, reject });
    });
    this.worker.ref();
    this.worker.postMessage({ id, operation, arguments: args } as Call);
    return answered as Promise<Result<O>>;
  }

  async terminate(): Promise<void> {
    this.die(new CopycatError("CANCELLED", "the HDF5 reader is closed"));
    await this.worker.terminate();
  }

  private settle(answer: Answer): void {
    this.loaded = true;
    const pending = this.pending.get(answer.id);
    this.pending.delete(answer.id);
    if (this.pending.size === 0) this.worker.unref();
    if ("error" in answer) {
      const error = new CopycatError(answer.error.code, answer.error.message);
      if (answer.error.stack) error.stack = answer.error.stack;
      pending?.reject(error);
    } else {
      pending?.resolve(answer.result);
    }
    this.onIdle();
  }

  private die(cause: Error): void {
    if (this.failure) return;
    this.failure = cause;
    // Calls are answered in order, so the oldest one is to blame.
    let oldest = true;
    for (const { file, reject } of this.pending.values()) {
      reject(oldest ? stopped(file, cause) : lost(file, cause));
      oldest = false;
    }
    this.pending.clear();
    this.onIdle();
  }
}

/** The thread died on another call; this one may be tried again on another thread. */
export class ThreadLost extends CopycatError {
  constructor(file: string, cause: Error) {
    super("UNREADABLE_SOURCE", `${file} was not read to its end: another file stopped the HDF5 reader`, {
      cause,
    });
  }
}

function lost(file: string, cause: Error): CopycatError {
  return cause instanceof CopycatError ? cause : new ThreadLost(file, cause);
}

function stopped(file: string, cause: Error): CopycatError {
  if (cause instanceof CopycatError) return cause;
  const message = `${file} cannot be read: it stopped the HDF5 reader (${cause.message})`;
  return new CopycatError("UNREADABLE_SOURCE", message, { cause });
}
