// What stands in the tables: the same for the same number on every machine, from which the prepared nodes are made too.

import { integer, makeRandom, pick } from "../support/random.ts";

export const datasetKey = "BENCH";

/** Arrays of an entity: a row of each data set of its file. */
export const artifactTypes = Array.from({ length: 10 }, (_, index) => ({
  type: `curve_${index}`,
  dataset: `/curves/curve_${index}`,
  /** Numbers in a row. */
  length: 4 + index,
}));

export const nodesPerEntity = 1 + artifactTypes.length;

export function countNodes(entities: number): number {
  return entities * nodesPerEntity + 1;
}

/** The entities of a file stand one after the other. */
export interface Shape {
  entities: number;
  files: number;
}

export function rowsPerFile({ entities, files }: Shape): number {
  return Math.ceil(entities / files);
}

export function fileName(file: number): string {
  return `batch_${String(file).padStart(5, "0")}.h5`;
}

const lattices = ["honeycomb", "triangular", "kagome", "square", "pyrochlore"] as const;
const solvers = ["sunny-0.7.2", "sunny-0.7.5", "spinw-3.1"] as const;
const fields = [0, 7, 14, 30] as const;

export interface EntityRow {
  uid: string;
  key: string;
  Ja_meV: number;
  Jb_meV: number;
  Dc_meV: number;
  T_K: number;
  seed: bigint;
  lattice: string;
  solver: string;
  /** Most entities have none. */
  note: string | null;
  artifacts: ArtifactRow[];
}

export interface ArtifactRow {
  field_T: number;
  rms: number;
}

export function makeEntity(entity: number): EntityRow {
  const random = makeRandom(entity + 1);
  const float = (low: number, high: number): number =>
    Number((low + random() * (high - low)).toPrecision(12));
  const hex = (digits: number): string =>
    integer(random, 0, 16 ** digits)
      .toString(16)
      .padStart(digits, "0");
  return {
    uid: `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(6)}${hex(6)}`,
    key: `E_${String(entity).padStart(8, "0")}`,
    Ja_meV: float(-2, 2),
    Jb_meV: float(-2, 2),
    Dc_meV: float(-1, 1),
    T_K: integer(random, 1, 300),
    // Beyond what a float holds.
    seed: 9_007_199_254_740_993n + BigInt(integer(random, 0, 2 ** 31)),
    lattice: pick(random, lattices),
    solver: pick(random, solvers),
    note: random() < 0.1 ? `looked at again, \u00b5 = ${float(0, 1)}` : null,
    artifacts: artifactTypes.map(() => ({ field_T: pick(random, fields), rms: float(0, 10) })),
  };
}
