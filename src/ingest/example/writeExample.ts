// Example datasets in the two commonest layouts, the same on every machine: numbers come from a seeded generator.

import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CopycatError, errorCode } from "../../errors.ts";
import { writeHdf5 } from "../../hdf5/index.ts";
import { makeSpectra, spectraYaml } from "./edrixs.ts";
import { hamiltonianYaml, makeHamiltonian } from "./vdp.ts";

export interface ExampleOptions {
  entities: number;
  /** per_entity: one file each, VDP; batched: one file, the leading axis is the entity, EDRIXS. */
  layout: "per_entity" | "batched";
  /** Maps of 60 x 40 instead of 600 x 400. */
  small: boolean;
  onProgress?: (done: number) => void;
}

/**
 * Writes HDF5 files and the YAML that describes them; the path of the YAML.
 *
 * @throws CopycatError USAGE when the folder is not empty: what is there is never mixed with an example.
 */
export async function writeExample(directory: string, options: ExampleOptions): Promise<{ yaml: string }> {
  const root = resolve(directory);
  await makeEmptyFolder(root);
  const name = options.layout === "per_entity" ? "vdp" : "edrixs";
  const data = join(root, name);
  await mkdir(data);
  if (options.layout === "batched") {
    await writeHdf5(join(data, "edrixs.h5"), makeSpectra(options.entities));
    options.onProgress?.(options.entities);
  } else {
    const digits = String(options.entities - 1).length;
    for (let index = 0; index < options.entities; index++) {
      const file = `H_${String(index).padStart(Math.max(4, digits), "0")}.h5`;
      await writeHdf5(join(data, file), makeHamiltonian(index, options.small));
      options.onProgress?.(index + 1);
    }
  }
  const yaml = join(directory, `${name}.yaml`);
  await writeFile(resolve(yaml), options.layout === "per_entity" ? hamiltonianYaml : spectraYaml);
  return { yaml };
}

async function makeEmptyFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw new CopycatError("USAGE", `Cannot make the folder ${folder} (${errorCode(error)}).`, {
      cause: error,
    });
  });
  const entries = await readdir(folder);
  if (entries.length > 0) {
    throw new CopycatError("USAGE", `${folder} is not empty (${entries[0]}, ...). Name a new folder.`);
  }
}
