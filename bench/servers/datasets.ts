// Datasets D1, D2, ... as node records, a file each: a container, its entities, and the arrays of these.

import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

export const arraysPerEntity = 9;

export const nodesOf = ({ entities }: { entities: number }): number => 1 + entities * (1 + arraysPerEntity);

export async function writeDatasets(
  folder: string,
  { datasets, entities }: { datasets: number; entities: number },
): Promise<string[]> {
  const paths = Array.from({ length: datasets }, (_, index) => join(folder, `D${index + 1}.ndjson`));
  for (const [index, path] of paths.entries()) {
    await pipeline(Readable.from(linesOf(`D${index + 1}`, entities, folder)), createWriteStream(path));
  }
  return paths;
}

function* linesOf(dataset: string, entities: number, folder: string): Generator<string> {
  const line = (record: object): string => `${JSON.stringify(record)}\n`;
  yield line({ path: `/${dataset}`, structure_family: "container", metadata: { source: dataset } });
  for (let entity = 0; entity < entities; entity++) {
    const path = `/${dataset}/E${String(entity).padStart(6, "0")}`;
    yield line({
      path,
      structure_family: "container",
      metadata: {
        source: dataset,
        T: entity / 8,
        Ja_meV: (entity * 7919) % 1000,
        material: `M${entity % 50}`,
      },
    });
    for (let array = 0; array < arraysPerEntity; array++) {
      yield line({
        path: `${path}/a${array}`,
        structure_family: "array",
        metadata: { artifact: `a${array}` },
        data_sources: [sourceOf(folder, dataset, entity, array)],
      });
    }
  }
}

/** One file an entity, with all of its arrays. */
function sourceOf(folder: string, dataset: string, entity: number, array: number): object {
  return {
    structure_family: "array",
    mimetype: "application/x-hdf5",
    structure: {
      data_type: { endianness: "little", kind: "f", itemsize: 8 },
      chunks: [[200 + array]],
      shape: [200 + array],
      dims: null,
      resizable: false,
    },
    parameters: { dataset: `/curve/a${array}` },
    management: "external",
    assets: [
      {
        data_uri: `file://localhost${folder}/${dataset}/${entity}.h5`,
        is_directory: false,
        parameter: "data_uri",
        num: null,
      },
    ],
  };
}
