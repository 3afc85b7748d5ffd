// Rows like those that an ingest of one-file-per-entity data makes (src/ingest/sources/perEntity.ts): the same for the
// same number on every machine, made as they are asked for, since twelve million do not fit into memory.

import { makeArrayStructure, type NodeRecord } from "../../src/catalog/index.ts";
import { asJsonText, floatToJson, integerToJson, type JsonText, stringToJson } from "../../src/json.ts";
import { integer, makeRandom, pick, type Random } from "../support/random.ts";

export interface NodeBatchOptions {
  /** Key of the container of all entities. Default `BENCH`. */
  dataset?: string;
  /** Number of the first entity, to add to what an earlier load brought. Default 0. */
  firstEntity?: number;
  /** Nodes a batch, about: an entity is never torn. Default 1000. */
  batchNodes?: number;
  /**
   * An ingest also writes where each artifact lies (`path_<type>`, `dataset_<type>`) into the metadata of its entity:
   * 22 more keys, 1 KB instead of 270 bytes. Default false.
   */
  locators?: boolean;
}

/** Arrays of an entity, of the shapes and names that the notes' VDP dataset has. */
export const artifacts = [
  { type: "mh_powder_30T", dataset: "/curve/M_parallel", shape: [200], units: "muB/atom" },
  { type: "mh_x_30T", dataset: "/curve/M_x", shape: [203], units: "muB/atom" },
  { type: "mh_y_30T", dataset: "/curve/M_y", shape: [201], units: "muB/atom" },
  { type: "mh_z_30T", dataset: "/curve/M_z", shape: [202], units: "muB/atom" },
  { type: "gs_spin_dir", dataset: "/gs/spin_dir", shape: [8, 3], units: "1" },
  { type: "gs_energy", dataset: "/gs/energy", shape: [64], units: "meV" },
  { type: "ins_12meV", dataset: "/ins/broadened_12", shape: [600, 400], units: "1/meV" },
  { type: "ins_25meV", dataset: "/ins/broadened_25", shape: [600, 401], units: "1/meV" },
  { type: "ins_q", dataset: "/ins/q", shape: [600], units: "1/angstrom" },
  { type: "ins_energy", dataset: "/ins/energy", shape: [400], units: "meV" },
  { type: "chi_T", dataset: "/chi/T", shape: [300], units: "K" },
] as const;

/** Of an entity: itself and its arrays. */
export const nodesPerEntity = 1 + artifacts.length;

export function countNodes(entities: number): number {
  return entities * nodesPerEntity + 1;
}

const float64 = { endianness: "little", kind: "f", itemsize: 8, dt_units: null } as const;
const emptyList = asJsonText("[]");
const emptyObject = asJsonText("{}");

/** What all entities share, made once. */
const templates = artifacts.map(({ type, dataset, shape, units }) => ({
  type,
  dataset,
  structure: makeArrayStructure({ shape, dataType: float64, chunks: null }),
  parameters: asJsonText(JSON.stringify({ dataset })),
  metadata: asJsonText(JSON.stringify({ type, shape, dtype: "float64", dataset, units, rank: shape.length })),
}));

/**
 * The container of a dataset below the root, then `entities` containers in it with eleven arrays each, in one file each:
 * 12 nodes an entity, and one.
 */
export async function* makeNodeBatches(
  entities: number,
  options: NodeBatchOptions = {},
): AsyncGenerator<NodeRecord[]> {
  const { dataset = "BENCH", firstEntity = 0, batchNodes = 1000, locators = false } = options;
  let batch = [makeContainer([], dataset, datasetMetadata(dataset), `${dataset}.yaml`)];
  for (let entity = firstEntity; entity < firstEntity + entities; entity++) {
    addEntity(batch, dataset, entity, locators);
    if (batch.length < batchNodes) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function addEntity(batch: NodeRecord[], dataset: string, entity: number, locators: boolean): void {
  // Each has its own, so that an entity is the same whichever was the first.
  const random = makeRandom(entity + 1);
  const key = `H_${String(entity).padStart(8, "0")}`;
  const file = `/data/${dataset}/${key}.h5`;
  const dataUri = `file://localhost${file}`;
  const size = integer(random, 400_000, 4_000_000);
  batch.push(makeContainer([dataset], key, entityMetadata(random, key, dataset, locators), file));
  const parentPath = [dataset, key];
  for (const { type, dataset: path, structure, parameters, metadata } of templates) {
    batch.push({
      parentPath,
      key: type,
      structureFamily: "array",
      metadata,
      specs: emptyList,
      accessBlob: emptyObject,
      dataSource: {
        mimetype: "application/x-hdf5",
        structure,
        parameters,
        properties: emptyObject,
        management: "external",
        assets: [{ dataUri, isDirectory: false, size, parameter: "data_uri", num: null }],
      },
      source: file,
      position: path,
    });
  }
}

function makeContainer(parentPath: string[], key: string, metadata: JsonText, source: string): NodeRecord {
  return {
    parentPath,
    key,
    structureFamily: "container",
    metadata,
    specs: emptyList,
    accessBlob: emptyObject,
    dataSource: null,
    source,
    position: "/",
  };
}

function datasetMetadata(dataset: string): JsonText {
  const known = { organization: "MAIQMag", producer: "Sunny.jl", data_type: "simulation", material: "NiPS3" };
  return asJsonText(JSON.stringify({ ...known, source: dataset }));
}

const lattices = ["honeycomb", "triangular", "kagome", "square", "pyrochlore"] as const;
const solvers = ["sunny-0.7.2", "sunny-0.7.5", "spinw-3.1"] as const;
const groundStates = ["zigzag order along b", "stripy order", "120 degree order", "ferromagnet"] as const;

function entityMetadata(random: Random, key: string, dataset: string, locators: boolean): JsonText {
  const energy = (low: number, high: number): JsonText =>
    floatToJson(Number((low + random() * (high - low)).toPrecision(12)));
  const entries: [string, JsonText][] = [
    ["Ja_meV", energy(-2, 2)],
    ["Jb_meV", energy(-2, 2)],
    ["Jc_meV", energy(-0.5, 0.5)],
    ["Dc_meV", energy(-1, 1)],
    ["g_factor", energy(1.8, 2.3)],
    ["T_K", energy(1, 300)],
    ["spin_S", floatToJson(integer(random, 1, 6) / 2)],
    ["seed", integerToJson(integer(random, 0, 2 ** 31))],
    ["lattice", stringToJson(pick(random, lattices))],
    ["solver", stringToJson(pick(random, solvers))],
    ["ground_state", stringToJson(pick(random, groundStates))],
  ];
  for (const { type, dataset: path } of locators ? templates : []) {
    entries.push([`path_${type}`, stringToJson(`${key}.h5`)], [`dataset_${type}`, stringToJson(path)]);
  }
  entries.push(["source", stringToJson(dataset)]);
  return asJsonText(`{${entries.map(([name, value]) => `"${name}":${value}`).join(",")}}`);
}
