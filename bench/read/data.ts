// Files to read, and a catalog that knows them: Hamiltonians in a file each, and curves as rows of one file.

import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeHdf5 } from "../../src/hdf5/index.ts";
import {
  type Database,
  ensureCatalog,
  ingest,
  listLocators,
  openHdf5Reader,
  readArray,
} from "../../src/index.ts";
import { writeExample } from "../../src/ingest/index.ts";
import type { Work, WorkName } from "./tasks.ts";

export const curves = 100;
const points = 200;

const rowsYaml = `\
label: ROWS
key: ROWS
data: { directory: rows, layout: batched }
parameters: { location: group, group: /params }
artifacts:
  - { type: curve, dataset: /curves }
  - { type: zipped, dataset: /zipped }
`;

/** Writes the files, pours them in, and says what is to be read. */
export async function makeWorks(database: Database, folder: string): Promise<Record<WorkName, Work>> {
  const { yaml } = await writeExample(join(folder, "example"), {
    entities: curves,
    layout: "per_entity",
    small: false,
  });
  await mkdir(join(folder, "rows"));
  const data = Float64Array.from(
    { length: curves * points },
    (_, index) => Math.sin(index / 40) + index / 1000,
  );
  const shape = [curves, points];
  await writeHdf5(join(folder, "rows/rows.h5"), {
    children: {
      curves: { data, shape },
      zipped: { data, shape, chunks: [1, points], gzip: 1 },
      params: { children: { index: { data: Float64Array.from({ length: curves }, (_, index) => index) } } },
    },
  });
  await writeFile(join(folder, "rows.yaml"), rowsYaml);
  await ensureCatalog(database);
  const report = await ingest(database, { inputs: [yaml, join(folder, "rows.yaml")] });
  if (report.nodes.rejected > 0) throw new Error(`${report.nodes.rejected} records were rejected.`);
  return await describeWorks(database);
}

async function describeWorks(database: Database): Promise<Record<WorkName, Work>> {
  const sums = async (path: string): Promise<number> => {
    const { data } = await readArray(database, path, { reader });
    return (data as Float64Array).reduce((sum, value) => sum + value, 0);
  };
  const reader = openHdf5Reader({ workers: 1 });
  const located = async (dataset: string, artifact: string) => {
    const found: { file: string; dataset: string; path: string }[] = [];
    for await (const { entity, file, dataset: path } of listLocators(database, dataset, { artifact })) {
      found.push({ file, dataset: path ?? "", path: `${dataset}/${entity}/${artifact}` });
    }
    return found;
  };
  const many = async (container: string, artifact: string): Promise<Work> => {
    const found = await located(container, artifact);
    if (found.length !== curves)
      throw new Error(`There are ${found.length} arrays ${artifact} in ${container}.`);
    let sum = 0;
    for (const { path } of found) sum += await sums(path);
    const files = [...new Set(found.map(({ file }) => file))];
    const rows = files.length === 1 ? { rows: curves } : {};
    return { container, artifact, files, dataset: found[0]?.dataset ?? "", ...rows, sum };
  };
  const one = async (artifact: string): Promise<Work> => {
    const found = (await located("VDP", artifact))[1];
    const { file = "", dataset = "", path = "" } = found ?? {};
    return { path, files: [file], dataset, sum: await sums(path) };
  };
  try {
    return {
      single: await one("mh_powder_30T"),
      map: await one("ins_12meV"),
      curves: await many("VDP", "mh_powder_30T"),
      rows: await many("ROWS", "curve"),
      zippedRows: await many("ROWS", "zipped"),
    };
  } finally {
    await reader.close();
  }
}
