// A day of a small water network, as files of JSON; read here without any of our readers.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { InitialDataset, SimulationSource } from "../../../../src/simulation/types.ts";
import { entityData, memorySource, update, type Values } from "./memorySource.ts";

export const waterFolder = fileURLToPath(
  new URL("../../../../../shared/data/movici/water_net1/", import.meta.url),
);

/** For `describe.each`: none where the data is not there. */
export const waterNetworks = existsSync(waterFolder) ? ["water_net1"] : [];

type Json = Record<string, Values>;

const read = (path: string): Json => JSON.parse(readFileSync(path, "utf8")) as Json;

/** Parsed files by their paths in the folder. */
export function waterFiles(root: string = waterFolder): Record<string, unknown> {
  const files = ["init_data", "updates"].flatMap((name) =>
    readdirSync(`${root}/${name}`).map(
      (file) => [`${name}/${file}`, read(`${root}/${name}/${file}`)] as const,
    ),
  );
  return Object.fromEntries(files);
}

export function waterNetwork(): SimulationSource {
  const { data, ...metadata } = read(`${waterFolder}init_data/water_net1.json`);
  const initial: InitialDataset = {
    name: "water_net1",
    format: "entity_based",
    metadata: metadata as unknown as InitialDataset["metadata"],
    dataKey: "data",
    data: entityData(data as Values),
    document: null,
  };
  const updates = readdirSync(`${waterFolder}updates`).map((file) => {
    const [, timestamp, iteration] = /^t(\d+)_(\d+)_/.exec(file) ?? [];
    const { water_net1 } = read(`${waterFolder}updates/${file}`);
    return update([Number(timestamp), Number(iteration), "water_net1"], water_net1 as Values);
  });
  return memorySource({ initial: [initial], updates });
}
