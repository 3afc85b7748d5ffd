// The thread that owns the HDF5 library: answers calls one at a time, in the order in which they come.

import { parentPort } from "node:worker_threads";
import { columns } from "./columns.ts";
import { asReadError } from "./diagnose.ts";
import { pickDirect } from "./direct/pick.ts";
import { HdfFile } from "./file.ts";
import { Library } from "./library.ts";
import { OpenFiles } from "./openFiles.ts";
import { pick } from "./pick.ts";
import { type Answer, type Call, type Operation, type Result, readyId } from "./protocol.ts";
import type { WalkItem } from "./types.ts";
import { Walker } from "./walk.ts";

/** Items of a walk that travel together; two such batches are under way at most. */
const walkBatchItems = 256;

const walks = new Map<number, Walker>();
const openFiles = new OpenFiles(currentLibrary);
let library: Library | undefined;
let last: Promise<void> = Promise.resolve();

parentPort?.on("message", (call: Call) => {
  last = last.then(() => answer(call));
});
parentPort?.postMessage({ id: readyId, result: null } satisfies Answer);

async function answer(call: Call): Promise<void> {
  let answered: Answer;
  try {
    answered = { id: call.id, result: await perform(call) };
  } catch (error) {
    const { code, message, stack } = asReadError(call.arguments.file, error);
    answered = { id: call.id, error: { code, message, stack } };
  }
  parentPort?.postMessage(answered, "result" in answered ? buffersOf(answered.result) : []);
}

/** Values go over without being copied. */
function buffersOf(result: Result<Operation>): ArrayBuffer[] {
  if (result === null || !("parts" in result)) return [];
  return result.parts.flatMap((part) => ("array" in part ? [part.array.bytes.buffer as ArrayBuffer] : []));
}

async function perform(call: Call): Promise<Result<Operation>> {
  switch (call.operation) {
    case "pick":
      return (
        pickDirect(call.arguments.file, call.arguments.request) ??
        withFile(call.arguments.file, (file) => pick(file, call.arguments.request))
      );
    case "columns":
      return withFile(call.arguments.file, (file) => columns(file, call.arguments.request));
    case "readParts":
      return { parts: await openFiles.readParts(call.arguments.parts) };
    case "walkOpen": {
      const file = HdfFile.open(await currentLibrary(), call.arguments.file);
      walks.set(call.arguments.walk, new Walker(file, call.arguments.request));
      return null;
    }
    case "walkNext":
      return walkOn(call.arguments.walk, call.arguments.file);
    case "walkClose":
      closeWalk(call.arguments.walk);
      return null;
  }
}

async function withFile<T>(path: string, use: (file: HdfFile) => T): Promise<T> {
  const file = HdfFile.open(await currentLibrary(), path);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

async function walkOn(walk: number, path: string): Promise<{ items: WalkItem[]; done: boolean }> {
  const walker = walks.get(walk);
  const items: WalkItem[] = [];
  while (walker && items.length < walkBatchItems) {
    try {
      if (walker.broken) walker.reopen(HdfFile.open(await currentLibrary(), path));
      const item = walker.next();
      if (item === undefined) {
        closeWalk(walk);
        return { items, done: true };
      }
      items.push(item);
    } catch (error) {
      if (!walker.broken) {
        closeWalk(walk);
        throw error;
      }
      items.push(walker.blame());
    }
  }
  return { items, done: walker === undefined };
}

function closeWalk(walk: number): void {
  walks.get(walk)?.close();
  walks.delete(walk);
}

async function currentLibrary(): Promise<Library> {
  if (!library?.usable) {
    if (library?.broken) library.releaseFiles();
    library = await Library.load();
  }
  return library;
}
