// The tables as Parquet, in row groups as large as pyarrow makes them by default: the hardest for flat memory.

import { type BasicType, fileWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";
import { artifactTypes, type EntityRow, fileName, makeEntity, rowsPerFile, type Shape } from "./rows.ts";

const groupRows = 1_048_576;

interface Column {
  name: string;
  type: BasicType;
  data: unknown[];
}

type Value = string | number | bigint | null;

const entityColumns: Readonly<Record<string, BasicType>> = {
  uid: "STRING",
  key: "STRING",
  Ja_meV: "DOUBLE",
  Jb_meV: "DOUBLE",
  Dc_meV: "DOUBLE",
  T_K: "DOUBLE",
  seed: "INT64",
  lattice: "STRING",
  solver: "STRING",
  note: "STRING",
};

const artifactColumns: Readonly<Record<string, BasicType>> = {
  uid: "STRING",
  type: "STRING",
  file: "STRING",
  dataset: "STRING",
  index: "INT64",
  field_T: "DOUBLE",
  rms: "DOUBLE",
};

export async function writeEntities(path: string, { entities }: Shape): Promise<void> {
  const table = new GroupedTable(path, entityColumns);
  for (let entity = 0; entity < entities; entity++) await table.add(entityValues(makeEntity(entity)));
  await table.finish();
}

export async function writeArtifacts(path: string, shape: Shape): Promise<void> {
  const table = new GroupedTable(path, artifactColumns);
  const rows = rowsPerFile(shape);
  for (let entity = 0; entity < shape.entities; entity++) {
    const { uid, artifacts } = makeEntity(entity);
    const file = fileName(Math.floor(entity / rows));
    const index = BigInt(entity % rows);
    for (const [position, { field_T, rms }] of artifacts.entries()) {
      const { type = "", dataset = "" } = artifactTypes[position] ?? {};
      await table.add([uid, type, file, dataset, index, field_T, rms]);
    }
  }
  await table.finish();
}

function entityValues(row: EntityRow): Value[] {
  const { uid, key, Ja_meV, Jb_meV, Dc_meV, T_K, seed, lattice, solver, note } = row;
  return [uid, key, Ja_meV, Jb_meV, Dc_meV, T_K, seed, lattice, solver, note];
}

/** Rows gathered into columns, and written group by group: ten million do not fit into memory. */
class GroupedTable {
  readonly #columns: Column[];
  readonly #writer: ParquetWriter;

  constructor(path: string, columns: Readonly<Record<string, BasicType>>) {
    this.#columns = Object.entries(columns).map(([name, type]) => ({ name, type, data: [] }));
    const schema = schemaFromColumnData({ columnData: this.#columnData() });
    this.#writer = new ParquetWriter({ writer: fileWriter(path), schema });
  }

  async add(values: readonly Value[]): Promise<void> {
    for (const [index, value] of values.entries()) this.#columns[index]?.data.push(value);
    if (this.#columns[0]?.data.length === groupRows) await this.#write();
  }

  async finish(): Promise<void> {
    await this.#write();
    await this.#writer.finish();
  }

  async #write(): Promise<void> {
    await this.#writer.write({ columnData: this.#columnData(), rowGroupSize: groupRows });
    for (const column of this.#columns) column.data = [];
  }

  #columnData() {
    return this.#columns.map((column) => ({ ...column, nullable: true }));
  }
}
