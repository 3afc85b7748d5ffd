// A dry run: everything is read and checked, and counted by what would become of it.

import type { MergePolicy } from "../../bulk/index.ts";
import { CopycatError } from "../../errors.ts";
import { commonType, typeOf } from "../arrays/index.ts";
import { RefusedPart } from "../formats/index.ts";
import type { SimulationStore } from "../store/index.ts";
import type { AttributeType, EntityData, SimulationUpdate } from "../types.ts";
import { type LoadCounts, noCounts } from "./counts.ts";
import type { IsKnown, LoadInput, PartPlace } from "./input.ts";
import type { LoadJob } from "./loadJob.ts";
import { storedKeys } from "./storedKeys.ts";

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
  const plan = new Plan(job, policy);
  const present = new Set<string>();
  for (const { name, hasInitial } of (await store?.listDatasets()) ?? []) if (hasInitial) present.add(name);
  for (const name of await input.listInitials()) {
    job.refuseWhenAborted();
    const initial = await input.tryInitial(name);
    if (initial === null || initial instanceof RefusedPart) await plan.refuse(initial);
    else {
      plan.learn(name, initial.data ?? new Map());
      plan.count(present.has(name), `the initial dataset "${name}"`);
    }
  }
  const isKnown = store === null ? null : await storedKeys(store);
  // Under `skip` what is there is passed over, as the load does.
  for await (const part of input.readUpdates(policy === "skip" ? isKnown : null)) {
    job.refuseWhenAborted();
    if (part instanceof RefusedPart) await plan.refuse(part);
    else if ("passedOver" in part) plan.passOver(part.passedOver);
    else await plan.take(part, part.update, isKnown);
  }
  return plan.counts;
}

class Plan {
  readonly counts = noCounts();
  readonly #job: LoadJob;
  readonly #policy: MergePolicy;
  readonly #seen = new Set<string>();
  readonly #types = new Map<string, AttributeType | null>();

  constructor(job: LoadJob, policy: MergePolicy) {
    this.#job = job;
    this.#policy = policy;
  }

  async refuse(part: RefusedPart | null): Promise<void> {
    this.counts.read += 1;
    this.counts.rejected += 1;
    if (part !== null) await this.#job.refuse(part);
    this.#job.advance();
  }

  passOver(parts: number): void {
    this.counts.read += parts;
    this.counts.skipped += parts;
    this.#job.advance(parts);
  }

  async take(place: PartPlace, update: SimulationUpdate, isKnown: IsKnown | null): Promise<void> {
    const { dataset, timestamp, iteration } = update;
    const mistake = this.learn(dataset, update.data);
    if (mistake !== null) {
      const where = [place.source, place.position].filter((part) => part !== "").join(": ");
      const { source, position } = place;
      const message = `${where}: ${mistake}`;
      return this.refuse(new RefusedPart({ source, position, code: "wrong_type", message, record: null }));
    }
    const key = JSON.stringify([dataset, timestamp, iteration]);
    if (this.#seen.has(key)) {
      this.counts.read += 1;
      this.counts.duplicates += 1;
      return this.#job.advance();
    }
    this.#seen.add(key);
    const isThere = this.#policy !== "skip" && isKnown !== null && (await isKnown(dataset, update));
    this.count(isThere, `an update of "${dataset}" at timestamp ${timestamp}, iteration ${iteration}`);
  }

  count(isThere: boolean, what: string): void {
    this.counts.read += 1;
    if (!isThere) this.counts.inserted += 1;
    else if (this.#policy === "update") this.counts.updated += 1;
    else if (this.#policy === "skip") this.counts.skipped += 1;
    else throw new CopycatError("CONFLICT", `The store has ${what} already.`);
    this.#job.advance();
  }

  /** The types of attributes as the store would learn them; a sentence where one does not go with the others. */
  learn(dataset: string, data: EntityData): string | null {
    for (const [group, attributes] of data) {
      for (const [attribute, array] of attributes) {
        const key = JSON.stringify([dataset, group, attribute]);
        const known = this.#types.get(key) ?? null;
        const own = typeOf(array);
        const common = commonType(known, own);
        if (common === undefined) return `${group}.${attribute} holds ${own} here and ${known} before.`;
        this.#types.set(key, common);
      }
    }
    return null;
  }
}
