// A thread that reads files, one after the other: tags and hashes take the processor, and no other thread knows the parser.

import { parentPort } from "node:worker_threads";
import type { ReadAnswer, ReadCall } from "./protocol.ts";
import { readOne } from "./readOne.ts";

let last: Promise<void> = Promise.resolve();

parentPort?.on("message", ({ id, request }: ReadCall) => {
  last = last.then(async () => {
    parentPort?.postMessage({ id, result: await readOne(request) } satisfies ReadAnswer);
  });
});
