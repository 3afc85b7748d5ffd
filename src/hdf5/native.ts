// The part of h5wasm's compiled module that this room calls. The package types the whole of it with ambient
// globals that clash with Node's, so the few signatures needed are said here.

/** HDF5's type classes (H5T_class_t). */
export const TypeClass = {
  integer: 0,
  float: 1,
  time: 2,
  string: 3,
  bitfield: 4,
  opaque: 5,
  compound: 6,
  reference: 7,
  enumeration: 8,
  variableLength: 9,
  array: 10,
  complex: 11,
} as const;

/** A datatype as h5wasm describes it; sizes in bytes of the form in memory (32-bit pointers). */
export interface NativeType {
  type: number;
  size: number;
  signed: boolean;
  littleEndian: boolean;
  /** A variable-length string; variable-length sequences are class 9 instead. */
  vlen: boolean;
  /** 0 ends at the first NUL, 1 is padded with NUL, 2 with spaces. */
  strpad?: number;
  ref_type?: "object" | "region";
  enum_type?: { members: Record<string, number> };
  array_type?: NativeType & { shape: number[] };
  vlen_type?: NativeType;
  compound_type?: { members: NativeMember[] };
}

export interface NativeMember extends NativeType {
  name: string;
  offset: number;
}

/** A dataset's or attribute's type and extent; `shape` is null for a null dataspace. */
export interface NativeArray extends NativeType {
  shape: number[] | null;
  chunks: number[] | null;
  total_size: number;
}

/** What an object path leads to (`get_type`); -1 when there is nothing. */
export const ObjectKind = { group: 0, dataset: 1, type: 2, softLink: 3, userLink: 4 } as const;

/** Functions that take a path throw a JavaScript error through wasm frames when it does not exist. */
export interface Native {
  open(file: string, mode: number, trackOrder: boolean, libverLow: number, libverHigh: number): bigint;
  close_file(file: bigint): number;
  get_type(file: bigint, path: string): number;
  get_names(file: bigint, path: string, recursive: boolean): string[];
  get_symbolic_link(file: bigint, path: string): string | null;
  get_external_link(file: bigint, path: string): { filename?: string; obj_path?: string };
  get_dataset_metadata(file: bigint, path: string): NativeArray;
  get_dataset_filters(file: bigint, path: string): { id: number; name: string }[];
  get_dataset_data(
    file: bigint,
    path: string,
    count: bigint[] | null,
    offset: bigint[] | null,
    stride: bigint[] | null,
    pointer: bigint,
  ): number;
  get_attribute_names(file: bigint, path: string): string[];
  get_attribute_metadata(file: bigint, path: string, name: string): NativeArray;
  get_attribute_data(file: bigint, path: string, name: string, pointer: bigint): number;
  reclaim_vlen_memory(file: bigint, path: string, attribute: string, pointer: bigint): number;
  reclaim_vlen_memory_count(
    file: bigint,
    path: string,
    attribute: string,
    pointer: bigint,
    count: bigint[],
  ): number;
  /** The object's address in its file, 8 bytes little-endian; zeros when the path leads nowhere. */
  create_object_reference(file: bigint, path: string): Uint8Array | number[];
  get_referenced_name(file: bigint, reference: Uint8Array, isObject: boolean): string | null;
  _malloc(bytes: number): number;
  _free(pointer: number): void;
  /** Replaced whenever the heap grows: never keep it over a call. */
  readonly HEAPU8: Uint8Array;
  readonly FS: NativeFileSystem;
}

/** Emscripten's raw Node file system; its functions are looked up at every call, so they can be replaced. */
export interface NativeFileSystem {
  open(path: string, flags: number | string, mode?: number): NativeStream;
  write(stream: NativeStream, buffer: Uint8Array, offset: number, length: number, position?: number): number;
  close(stream: NativeStream): void;
  readonly streams: (NativeStream | null)[];
}

export interface NativeStream {
  fd: number;
  path: string;
}
