// The words of the simulation store. A scenario (one run of a simulation) has datasets; a dataset has entity groups, a group
// has entities, told apart by their ids, with attributes. An initial dataset says how all begins, updates say what changed.

/** Whole numbers of 8 to 64 bits, and floats: in memory always in the machine's order. */
export type NumberArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array;

/** What the values of an attribute are, whatever their dtype. Bools are kept in `|i1` with -128 for undefined. */
export type AttributeType = "bool" | "int" | "float" | "str";

/**
 * The values of one attribute for a list of entities. Undefined is a value of its own in each type: -128 of bools,
 * -2147483648 of whole numbers, NaN of floats, "_udf_" of strings. In an update it is a hole: the older value stays.
 */
export interface SimulationArray {
  /** As numpy writes it, little-endian: `|b1`, `|i1`, `<i4`, `<f8`, `<U8` (strings of at most eight characters). */
  readonly dtype: string;
  /** Elements along each axis: [n], or [n, k] with k components each. Ragged: that of the flat data, [m] or [m, k]. */
  readonly shape: readonly number[];
  /** All elements, the last axis fastest. */
  readonly data: NumberArray | readonly string[];
  /** Ragged: n + 1 offsets along the first axis; entity i has the elements `rowPtr[i]` to before `rowPtr[i + 1]`. */
  readonly rowPtr?: NumberArray;
}

/** Arrays by attribute; the attribute `id` tells the entities apart. */
export type GroupData = ReadonlyMap<string, SimulationArray>;

/** Groups by name. */
export type EntityData = ReadonlyMap<string, GroupData>;

/** Whatever JSON can say. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

export interface UpdateKey {
  /** Simulation time; a whole number. */
  timestamp: number;
  /** Orders the updates of one timestamp. */
  iteration: number;
}

/** What changed in one dataset at one moment. */
export interface SimulationUpdate extends UpdateKey {
  dataset: string;
  /** The model that made it. */
  origin: string | null;
  data: EntityData;
}

/** How an initial dataset is kept: as arrays, as the text of a JSON document, or as bytes that nobody looks into. */
export type InitialFormat = "entity_based" | "unstructured" | "binary";

/** How all entities of a dataset begin. */
export interface InitialDataset {
  name: string;
  format: InitialFormat;
  /** All keys of the document but the one that holds the data, in their order; `general` has enums and special values. */
  metadata: JsonObject;
  /** The key of the document that holds the data: `data`, or the dataset's name. */
  dataKey: string;
  /** Of the format `entity_based`, else null. */
  data: EntityData | null;
  /** Of the other formats: UTF-8 of the JSON document, or the bytes; else null. */
  document: Uint8Array | null;
}

export interface DatasetFacts {
  name: string;
  updates: number;
  hasInitial: boolean;
}

export interface UpdateQuery {
  dataset: string;
  /** Only updates after this one. */
  after?: UpdateKey;
  /** Only updates from this timestamp on. */
  from?: number;
  /** Only updates up to this timestamp, which is included. */
  to?: number;
  /** Only these groups; updates that have none of them are left out. */
  groups?: readonly string[];
  /** Only these attributes, and `id`; updates that have none of them are left out. */
  attributes?: readonly string[];
}

/** What is known of a group at one moment from the updates alone, the initial dataset left aside. */
export interface GroupBase extends UpdateKey {
  data: GroupData;
}

/** What a source knows of an attribute without reading updates. */
export interface AttributeDescription {
  group: string;
  /** `id` as well, so that a group without any other attribute is there too. */
  name: string;
  /** Null while no value is known. */
  type: AttributeType | null;
  isRagged: boolean;
  /** Axes after the first: [2] for pairs. */
  components: readonly number[];
}

/** The least and the greatest value of an attribute over all times; null of texts, and where all is undefined. */
export interface AttributeBounds {
  name: string;
  min: number | null;
  max: number | null;
}

/** Where results are read from: a store, a folder of JSON or MessagePack files, an SQLite file, an HDF5 file. */
export interface SimulationSource {
  readonly kind: "postgresql" | "json" | "sqlite" | "hdf5";
  /** For people: what is being read. */
  readonly name: string;
  /** In the order of their names; also those with an initial dataset alone. */
  listDatasets(): Promise<DatasetFacts[]>;
  /** Null when there is none. */
  readInitial(dataset: string): Promise<InitialDataset | null>;
  /** Ordered by timestamp, then iteration, both as numbers. None for a dataset that is not there. */
  readUpdates(query: UpdateQuery): AsyncIterable<SimulationUpdate>;
  /** Different timestamps of a dataset (and group), ascending. */
  listTimestamps(dataset: string, group?: string): Promise<number[]>;
  /** Of a store with snapshots: the newest one of a group up to a timestamp. Null, or absent: replay from the beginning. */
  readBase?(dataset: string, group: string, timestamp: number): Promise<GroupBase | null>;
  /** Of a source that keeps them: all attributes a dataset ever has. Absent: every update must be read for that. */
  listAttributes?(dataset: string): Promise<AttributeDescription[]>;
  /** Of a source that keeps the bounds of its arrays. */
  summarize?(
    dataset: string,
  ): Promise<{ groups: readonly { name: string; attributes: readonly AttributeBounds[] }[] }>;
  close(): Promise<void>;
}
