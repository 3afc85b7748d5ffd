// Several data sets in one go: each is a run of its own, so that one that fails leaves the others in.

import { stat } from "node:fs/promises";
import type { Database } from "../database/index.ts";
import { CopycatError } from "../errors.ts";
import { checkGroups, type InputGroup } from "./groups.ts";
import { ingest } from "./ingest.ts";
import type { IngestOptions, IngestProgress, IngestReport } from "./types.ts";

export interface GroupProgress extends IngestProgress {
  /** Which of several groups, from 1; null when there is only one. */
  group: { number: number; count: number; name: string } | null;
}

/** What became of a group: its report, or what it failed with. */
export type GroupResult = { group: InputGroup } & (
  | { report: IngestReport; error: null }
  | { report: null; error: unknown }
);

export interface IngestAllOptions extends Omit<IngestOptions, "onProgress"> {
  onProgress?: (progress: GroupProgress) => void;
  /** Told after each group. */
  onResult?: (result: GroupResult) => void;
}

/**
 * Pours inputs into the catalog, group by group: each dataset YAML and each folder is a group, and so are files that
 * follow each other. Each group is one `ingest`: one transaction, one run, one report. One that fails changes nothing
 * and does not stop the others; an abort stops all that follow. `maxRejects` and `limit` hold for each group.
 *
 * @param groups what `checkGroups` made of the options, for who has asked it before
 * @returns what became of each group, in the order of the inputs
 * @throws CopycatError UNREADABLE_SOURCE, INVALID_INPUT or USAGE when no group can be opened
 *
 * @example
 * const results = await ingestAll(database, { inputs: ["vdp.yaml", "edrixs.yaml"] });
 * const failed = results.filter(({ error }) => error !== null);
 */
export async function ingestAll(
  database: Database | null,
  options: IngestAllOptions,
  groups?: readonly InputGroup[],
): Promise<GroupResult[]> {
  const { onResult, onProgress, ...common } = options;
  const all = groups ?? (await checkGroups(common));
  const rejects = new SharedRejects(options.rejectsFile);
  await rejects.begin();
  const results: GroupResult[] = [];
  for (const [index, group] of all.entries()) {
    const place = all.length === 1 ? null : { number: index + 1, count: all.length, name: group.name };
    const result = await ingestGroup(database, group, {
      ...common,
      inputs: group.inputs,
      appendRejects: options.appendRejects === true || (await rejects.isBegun()),
      ...(onProgress && { onProgress: (progress) => onProgress({ ...progress, group: place }) }),
    });
    results.push(result);
    onResult?.(result);
  }
  return results;
}

async function ingestGroup(
  database: Database | null,
  group: InputGroup,
  options: IngestOptions,
): Promise<GroupResult> {
  if (group.error !== null) return { group, report: null, error: group.error };
  if (options.signal?.aborted === true) {
    const error = new CopycatError("CANCELLED", "Cancelled before it was begun.", {
      cause: options.signal.reason,
    });
    return { group, report: null, error };
  }
  try {
    return { group, report: await ingest(database, options), error: null };
  } catch (error) {
    return { group, report: null, error };
  }
}

/** One file for the rejects of all groups: whoever has the first ones begins it anew, the others add to it. */
class SharedRejects {
  readonly #path: string | undefined;
  #before: string | null = null;

  constructor(path: string | undefined) {
    this.#path = path;
  }

  async begin(): Promise<void> {
    this.#before = await this.#look();
  }

  /** True when the file is another one by now; a group that failed may have written to it as well. */
  async isBegun(): Promise<boolean> {
    return (await this.#look()) !== this.#before;
  }

  async #look(): Promise<string | null> {
    if (this.#path === undefined) return null;
    const found = await stat(this.#path, { bigint: true }).catch(() => null);
    return found === null ? null : `${found.ino} ${found.size} ${found.mtimeNs} ${found.ctimeNs}`;
  }
}
