// Options of a scan, made whole.

import { availableParallelism } from "node:os";
import { CopycatError } from "../../errors.ts";
import { silentLog } from "../../log.ts";
import type { ScanStore } from "./store.ts";
import type { ScanOptions } from "./types.ts";

/** @throws CopycatError USAGE */
export function checkOptions(library: ScanStore | null, options: ScanOptions) {
  const kind = options.kind ?? "audio";
  const policy = options.policy ?? "update";
  const commitEvery = options.commitEvery ?? 0;
  const root = library?.root ?? options.root;
  if (kind !== "audio" && kind !== "any") throw refuse(`kind is ${kind}; it must be audio or any`);
  if (!["update", "skip", "error"].includes(policy)) {
    throw refuse(`policy is ${policy}; it must be update, skip or error`);
  }
  if (!Number.isSafeInteger(commitEvery) || commitEvery < 0) {
    throw refuse(`commitEvery is ${commitEvery}; it must be a whole number of at least 0`);
  }
  const workers = options.workers ?? availableParallelism();
  if (!Number.isSafeInteger(workers) || workers < 1) {
    throw refuse(`workers is ${workers}; it must be a whole number of at least 1`);
  }
  if (library === null && options.dryRun !== true) throw refuse("only a dry run can do without a library");
  if (root === undefined || root === null) throw refuse("the library has no root yet; open it with its root");
  return {
    kind,
    policy,
    commitEvery,
    root,
    folder: options.folder ?? "",
    sniff: options.sniff ?? kind === "any",
    fullHash: options.fullHash ?? false,
    reread: options.reread ?? false,
    workers,
    dryRun: options.dryRun ?? false,
    deactivateMissing: options.deactivateMissing ?? true,
    allowEmpty: options.allowEmpty ?? false,
    signal: options.signal,
    log: options.log ?? silentLog,
  };
}

export type CheckedOptions = ReturnType<typeof checkOptions>;

const refuse = (what: string): CopycatError => new CopycatError("USAGE", `A scan cannot begin: ${what}.`);
