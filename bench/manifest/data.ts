// The dataset that is loaded: made once, and kept in bench/.cache.

import { access, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type WriteDataset, writeHdf5 } from "../../src/hdf5/index.ts";
import { artifactTypes, datasetKey, fileName, rowsPerFile, type Shape } from "./rows.ts";
import { writeArtifacts, writeEntities } from "./tables.ts";

const cache = fileURLToPath(new URL("../.cache", import.meta.url));

/** In the folder's name: what older code wrote is not taken for this. */
const version = 1;

export interface ManifestData {
  yaml: string;
  /** Where the HDF5 files lie. */
  files: string;
}

export async function prepareData(shape: Shape): Promise<ManifestData> {
  const folder = join(cache, `manifest-v${version}-${shape.entities}-${shape.files}`);
  const yaml = join(folder, "bench.yaml");
  const data = { yaml, files: join(folder, "data") };
  const isThere = await access(yaml).then(
    () => true,
    () => false,
  );
  if (isThere) return data;
  console.log(`Writing ${shape.files} HDF5 files and the tables to ${folder}.`);
  await rm(folder, { recursive: true, force: true });
  await mkdir(data.files, { recursive: true });
  await mkdir(join(folder, "manifests"));
  for (let file = 0; file < shape.files; file++) await writeBatch(join(data.files, fileName(file)), shape);
  await writeEntities(join(folder, "manifests", "bench_entities.parquet"), shape);
  await writeArtifacts(join(folder, "manifests", "bench_artifacts.parquet"), shape);
  // Last, since it stands for all of it.
  await writeFile(yaml, `key: ${datasetKey}\nbase_dir: data\nmetadata: { material: NiPS3 }\n`);
  return data;
}

async function writeBatch(path: string, shape: Shape): Promise<void> {
  const rows = rowsPerFile(shape);
  const children = artifactTypes.map(({ type, length }): [string, WriteDataset] => {
    const data = Float32Array.from({ length: rows * length }, (_, index) => index % 1000);
    return [type, { data, shape: [rows, length] }];
  });
  await writeHdf5(path, { children: { curves: { children: Object.fromEntries(children) } } });
}
