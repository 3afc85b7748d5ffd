// RIXS spectra, batched: one file, the leading axis of every data set is the entity.

import type { WriteDataset, WriteGroup } from "../../hdf5/index.ts";
import { makeRandom, round } from "./random.ts";

const lossPoints = 151;
const incidentPoints = 40;

const ranges: Record<string, readonly [number, number]> = {
  tenDq: [0.1, 5],
  F2_dd: [1, 10],
  F4_dd: [0.5, 8],
  soc_v_i: [0.01, 1],
  sigma: [0.01, 0.2],
  xoffset: [-10, 10],
};

export function makeSpectra(entities: number): WriteGroup {
  const random = makeRandom(7);
  const names = Object.keys(ranges);
  const columns = new Map(names.map((name) => [name, new Float32Array(entities)]));
  for (let entity = 0; entity < entities; entity++) {
    for (const name of names) {
      const [low, high] = ranges[name] ?? [0, 1];
      (columns.get(name) as Float32Array)[entity] = round(low + random() * (high - low), 3);
    }
  }
  const params = [...columns].map(([name, data]) => [name, { data }] as const);
  const tenDq = columns.get("tenDq") as Float32Array;
  return {
    attributes: { generator: "copycat example" },
    children: {
      spectra: spectra(tenDq),
      eloss: { data: Float64Array.from({ length: lossPoints }, (_, point) => round(0.5 + point * 0.01, 2)) },
      omega_bounds: { data: Float64Array.of(0, 12) },
      log_probs: { data: tenDq.map((value) => -20 - value) },
      params: { children: Object.fromEntries(params) },
    },
  };
}

function spectra(tenDq: Float32Array): WriteDataset {
  const data = new Float64Array(tenDq.length * lossPoints * incidentPoints);
  for (const [entity, splitting] of tenDq.entries()) {
    for (let loss = 0; loss < lossPoints; loss++) {
      for (let incident = 0; incident < incidentPoints; incident++) {
        const distance = loss / 30 - splitting + incident / 20;
        const index = (entity * lossPoints + loss) * incidentPoints + incident;
        if (Math.abs(distance) < 1) data[index] = round(Math.exp(-8 * distance ** 2), 2);
      }
    }
  }
  return {
    data,
    shape: [tenDq.length, lossPoints, incidentPoints],
    chunks: [1, lossPoints, incidentPoints],
    gzip: 9,
  };
}

export const spectraYaml = `\
# RIXS spectra: one file; row i of every data set belongs to entity i.
label: EDRIXS
key: EDRIXS

metadata:
  method: [RIXS]
  data_type: simulation
  material: NiPS3
  producer: copycat example

data:
  directory: edrixs
  file_pattern: "*.h5"
  layout: batched

parameters:
  location: group
  group: /params # tenDq, F2_dd, F4_dd, soc_v_i, sigma, xoffset

artifacts:
  - { type: rixs_spectrum, dataset: /spectra } # 151 x 40 an entity

shared: # axes that all entities have in common
  - { type: eloss, dataset: /eloss }
  - { type: omega_bounds, dataset: /omega_bounds }

extra_metadata: # a value an entity
  - { dataset: /log_probs }

provenance:
  created_at: "2026-01-15"
  code_version: "1"
`;
