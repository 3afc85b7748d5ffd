// What is pushed: NDJSON for each store, from a fixed seed. Keys come again, so that tables stop growing and later loads update.

import { integer, makeRandom, type Random } from "../support/random.ts";

export const stores = ["catalog", "memory", "simulation", "library"] as const;

export type Store = (typeof stores)[number];

export const dimensions = 64;

export interface Body {
  /** Where it is posted to. */
  path: string;
  text: string;
}

const paths: Readonly<Record<Store, string>> = {
  catalog: "/v1/ingest?on_conflict=update",
  memory: `/v1/memory/entries?on_conflict=update&dimensions=${dimensions}`,
  simulation: "/v1/simulation/updates?on_conflict=update&scenario=soak",
  library: "/v1/library/files?on_conflict=update&library=soak",
};

/** An entity of the catalog: a container and its arrays. */
const arraysPerEntity = 4;

export class BodyMaker {
  readonly #random: Random = makeRandom(20_241_122);
  readonly #next: Record<Store, number> = { catalog: 0, memory: 0, simulation: 0, library: 0 };
  readonly #records: number;
  readonly #keys: number;

  /** @param records of a body; `keys`: so many different records a store has in the end */
  constructor({ records, keys }: { records: number; keys: number }) {
    this.#records = records;
    this.#keys = keys;
  }

  make(store: Store): Body {
    const lines: string[] = store === "catalog" ? ['{"path":"/SOAK"}'] : [];
    while (lines.length < this.#records) lines.push(...this.#record(store));
    return { path: paths[store], text: `${lines.join("\n")}\n` };
  }

  #record(store: Store): string[] {
    const size = store === "catalog" ? arraysPerEntity + 1 : 1;
    const key = this.#next[store];
    this.#next[store] = (key + 1) % Math.max(1, Math.floor(this.#keys / size));
    if (store === "catalog") return this.#entity(key);
    if (store === "memory") return [this.#entry(key)];
    return [store === "simulation" ? this.#update(key) : this.#file(key)];
  }

  #entity(key: number): string[] {
    const path = `/SOAK/e${key}`;
    const metadata = Object.fromEntries(
      Array.from({ length: 12 }, (_unused, at) => [`p${at}`, this.#number()]),
    );
    const arrays = Array.from({ length: arraysPerEntity }, (_unused, at) => ({
      path: `${path}/a${at}`,
      structure_family: "array",
      metadata: { type: `a${at}`, run: this.#number() },
      data_source: {
        mimetype: "application/x-hdf5",
        parameters: { dataset: `/a${at}` },
        structure: {
          data_type: { kind: "f", itemsize: 8, endianness: "little" },
          shape: [200],
          chunks: [[200]],
        },
        assets: [{ data_uri: `file://localhost/data/soak/e${key}.h5`, is_directory: false }],
      },
    }));
    return [{ path, structure_family: "container", metadata }, ...arrays].map((record) =>
      JSON.stringify(record),
    );
  }

  #entry(key: number): string {
    const embedding = Array.from({ length: dimensions }, () => this.#number());
    return JSON.stringify({ key: `soak/${key}`, value: this.#words(20), embedding });
  }

  #update(key: number): string {
    const flow = Array.from({ length: 20 }, () => this.#number());
    const id = flow.map((_unused, at) => at);
    return JSON.stringify({
      dataset: "roads",
      timestamp: key,
      iteration: 0,
      data: { segments: { id, flow } },
    });
  }

  #file(key: number): string {
    const size = integer(this.#random, 1000, 9_000_000);
    return JSON.stringify({ path: `soak/${key % 97}/${key}.wav`, size, title: this.#words(3) });
  }

  #number(): number {
    return Math.round(this.#random() * 1e6) / 1e6;
  }

  #words(count: number): string {
    return Array.from({ length: count }, () => integer(this.#random, 1e6, 1e9).toString(36)).join(" ");
  }
}
