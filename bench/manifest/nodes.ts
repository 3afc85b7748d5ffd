// The nodes that the tables describe, as prepared records: made while they are loaded, as whoever has them in a program
// of their own would.

import { stat } from "node:fs/promises";
import { join } from "node:path";
import { makeArrayStructure, type NodeRecord } from "../../src/catalog/index.ts";
import { asJsonText, floatToJson, integerToJson, type JsonText, stringToJson } from "../../src/json.ts";
import {
  type ArtifactRow,
  artifactTypes,
  datasetKey,
  type EntityRow,
  fileName,
  makeEntity,
  rowsPerFile,
  type Shape,
} from "./rows.ts";

const batchNodes = 1000;
const emptyList = asJsonText("[]");
const emptyObject = asJsonText("{}");
const float32 = { endianness: "little", kind: "f", itemsize: 4, dt_units: null } as const;

const templates = artifactTypes.map(({ type, dataset, length }) => ({
  type,
  dataset,
  structure: makeArrayStructure({ shape: [length], dataType: float32, chunks: null }),
  metadata: `{"type":"${type}","shape":[${length}],"dtype":"float32"`,
  locators: (file: string, index: number) =>
    `,"path_${type}":"${file}","dataset_${type}":"${dataset}","index_${type}":${index}`,
}));

export async function* makeNodeBatches(files: string, shape: Shape): AsyncGenerator<NodeRecord[]> {
  const rows = rowsPerFile(shape);
  const known = asJsonText(JSON.stringify({ material: "NiPS3", source: datasetKey }));
  let batch = [makeContainer([], datasetKey, known)];
  let file = await findFile(files, 0);
  for (let entity = 0; entity < shape.entities; entity++) {
    if (entity > 0 && entity % rows === 0) file = await findFile(files, entity / rows);
    addEntity(batch, { row: makeEntity(entity), file, index: entity % rows });
    if (batch.length < batchNodes) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

interface File {
  name: string;
  path: string;
  size: number;
}

async function findFile(folder: string, file: number): Promise<File> {
  const path = join(folder, fileName(file));
  return { name: fileName(file), path, size: (await stat(path)).size };
}

interface Entity {
  row: EntityRow;
  file: File;
  index: number;
}

function addEntity(batch: NodeRecord[], { row, file, index }: Entity): void {
  batch.push(makeContainer([datasetKey], row.key, entityMetadata(row, file, index)));
  const parentPath = [datasetKey, row.key];
  const assets = [
    {
      dataUri: `file://localhost${file.path}`,
      isDirectory: false,
      size: file.size,
      parameter: "data_uri",
      num: null,
    },
  ];
  for (const [position, artifact] of row.artifacts.entries()) {
    const template = templates[position] as (typeof templates)[number];
    batch.push({
      parentPath,
      key: template.type,
      structureFamily: "array",
      metadata: artifactMetadata(template.metadata, artifact),
      specs: emptyList,
      accessBlob: emptyObject,
      dataSource: {
        mimetype: "application/x-hdf5",
        structure: template.structure,
        parameters: asJsonText(`{"dataset":"${template.dataset}","slice":"${index}"}`),
        properties: emptyObject,
        management: "external",
        assets,
      },
      source: file.path,
      position: template.dataset,
    });
  }
}

function artifactMetadata(start: string, { field_T, rms }: ArtifactRow): JsonText {
  return asJsonText(`${start},"field_T":${floatToJson(field_T)},"rms":${floatToJson(rms)}}`);
}

function entityMetadata(row: EntityRow, { name }: File, index: number): JsonText {
  const { uid, Ja_meV, Jb_meV, Dc_meV, T_K, seed, lattice, solver, note } = row;
  const numbers = Object.entries({ Ja_meV, Jb_meV, Dc_meV, T_K });
  const floats = numbers.map(([key, value]) => `,"${key}":${floatToJson(value)}`).join("");
  const locators = templates.map((template) => template.locators(name, index)).join("");
  return asJsonText(
    `{"uid":"${uid}"${floats},"seed":${integerToJson(seed)},"lattice":"${lattice}","solver":"${solver}"` +
      `${note === null ? "" : `,"note":${stringToJson(note)}`}${locators},"source":"${datasetKey}"}`,
  );
}

function makeContainer(parentPath: string[], key: string, metadata: JsonText): NodeRecord {
  return {
    parentPath,
    key,
    structureFamily: "container",
    metadata,
    specs: emptyList,
    accessBlob: emptyObject,
    dataSource: null,
    source: "",
    position: key,
  };
}
