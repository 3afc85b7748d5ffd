// A dry run: everything is read and checked, and counted by what would become of it.

import type { MergePolicy } from "../../bulk/index.ts";
import { CopycatError } from "../../errors.ts";
import { RefusedPart } from "../formats/index.ts";
import { checkArrays, checkName, checkUpdate } from "../store/checkUpdate.ts";
import type { SimulationStore } from "../store/index.ts";
import type { InitialDataset, SimulationUpdate, UpdateKey } from "../types.ts";
import { type LoadCounts, noCounts } from "./counts.ts";
import type { LoadInput, PartPlace } from "./input.ts";
import type { LoadJob } from "./loadJob.ts";
import { PlannedTypes } from "./plannedTypes.ts";

/**
 * Under `update` all that is there already counts as updated: whether it differs is for the load to find.
 *
 * @throws CopycatError CONFLICT under the policy `error`
 */
export async function planLoad(
  store: SimulationStore | null,
  input: LoadInput,
  { job, policy }: { job: LoadJob; policy: MergePolicy },
): Promise<LoadCounts> {
  const stored = store === null ? new Set<string>() : await keysOf(store);
  const plan = new Plan({ job, policy, stored, types: new PlannedTypes(store) });
  const present = new Set<string>();
  for (const { name, hasInitial } of (await store?.listDatasets()) ?? []) if (hasInitial) present.add(name);
  for (const name of await input.listInitials()) {
    job.refuseWhenAborted();
    // As the load, which does not open it either.
    if (policy === "skip" && present.has(name)) plan.passOver(1);
    else await plan.takeInitial(input, name, present.has(name));
  }
  const isKnown = async (dataset: string, key: UpdateKey): Promise<boolean> =>
    stored.has(keyOf(dataset, key));
  for await (const part of input.readUpdates(policy === "skip" ? isKnown : null)) {
    job.refuseWhenAborted();
    if (part instanceof RefusedPart) await plan.refuse(part);
    else if ("passedOver" in part) plan.passOver(part.passedOver);
    else await plan.take(part, part.update);
  }
  return plan.counts;
}

const keyOf = (dataset: string, { timestamp, iteration }: UpdateKey): string =>
  JSON.stringify([dataset, timestamp, iteration]);

/** Of all updates, since records come in any order. Those of the input are held as well. */
async function keysOf(store: SimulationStore): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const { name } of await store.listDatasets()) {
    let page = await store.listKeys(name);
    while (page.length > 0) {
      for (const key of page) keys.add(keyOf(name, key));
      page = await store.listKeys(name, page.at(-1));
    }
  }
  return keys;
}

interface PlanOptions {
  job: LoadJob;
  policy: MergePolicy;
  /** Keys of the updates that are in the store. */
  stored: ReadonlySet<string>;
  types: PlannedTypes;
}

class Plan {
  readonly counts = noCounts();
  readonly #options: PlanOptions;
  readonly #seen = new Set<string>();

  constructor(options: PlanOptions) {
    this.#options = options;
  }

  async refuse(part: RefusedPart | null): Promise<void> {
    this.counts.read += 1;
    this.counts.rejected += 1;
    if (part !== null) await this.#options.job.refuse(part);
    this.#options.job.advance();
  }

  passOver(parts: number): void {
    this.counts.read += parts;
    this.counts.skipped += parts;
    this.#options.job.advance(parts);
  }

  async takeInitial(input: LoadInput, name: string, isThere: boolean): Promise<void> {
    const initial = await input.tryInitial(name);
    if (initial === null || initial instanceof RefusedPart) return this.refuse(initial);
    const position = `initial dataset ${JSON.stringify(name)}`;
    const refused = await refusedBy(() => this.#checkInitial(initial));
    if (refused !== null) {
      const message = `${position}: ${refused}`;
      const code = "invalid_initial";
      return this.refuse(new RefusedPart({ source: input.name, position, code, message, record: null }));
    }
    this.#count(isThere, `the initial dataset "${name}"`);
  }

  async #checkInitial({ name, data }: InitialDataset): Promise<void> {
    checkName(name, "The name of the dataset");
    if (data !== null) await this.#options.types.learn(name, checkArrays(data).arrays);
  }

  async take({ source, position }: PartPlace, update: SimulationUpdate): Promise<void> {
    const { dataset, timestamp, iteration } = update;
    let code = "invalid_update";
    const refused = await refusedBy(async () => {
      const { arrays } = checkUpdate(update, 0);
      code = "wrong_type";
      await this.#options.types.learn(dataset, arrays);
    });
    if (refused !== null) {
      const message = `${[source, position].filter((part) => part !== "").join(": ")}: ${refused}`;
      return this.refuse(new RefusedPart({ source, position, code, message, record: null }));
    }
    const key = keyOf(dataset, update);
    if (this.#seen.has(key)) {
      this.counts.read += 1;
      this.counts.duplicates += 1;
      return this.#options.job.advance();
    }
    this.#seen.add(key);
    const what = `an update of "${dataset}" at timestamp ${timestamp}, iteration ${iteration}`;
    this.#count(this.#options.stored.has(key), what);
  }

  #count(isThere: boolean, what: string): void {
    const { job, policy } = this.#options;
    this.counts.read += 1;
    if (!isThere) this.counts.inserted += 1;
    else if (policy === "update") this.counts.updated += 1;
    else if (policy === "skip") this.counts.skipped += 1;
    else throw new CopycatError("CONFLICT", `The store has ${what} already.`);
    job.advance();
  }
}

/** Why the store would refuse it; null when it would not. */
async function refusedBy(check: () => Promise<void>): Promise<string | null> {
  try {
    await check();
    return null;
  } catch (error) {
    if (error instanceof CopycatError && error.code === "INVALID_INPUT") return error.message;
    throw error;
  }
}
