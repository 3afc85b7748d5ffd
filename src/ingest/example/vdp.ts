// Spin Hamiltonians with their magnetisation curves, neutron spectra and ground state: one file an entity, 11
// arrays, parameters as scalars at the root. The physics is a sketch; shapes, names and types are the point.

import type { WriteDataset, WriteGroup } from "../../hdf5/index.ts";
import { makeRandom, round } from "./random.ts";

const curvePoints = 200;
const pathPoints = 151;
const bands = 40;
const spins = 8;

const directions = ["x", "y", "z"] as const;
const powderFields = [7, 14, 30] as const;
const incidentEnergies = [12, 25] as const;

interface Parameters {
  Ja_meV: number;
  Jb_meV: number;
  Jc_meV: number;
  Dc_meV: number;
  spin_s: number;
  g_factor: number;
}

export function makeHamiltonian(index: number, small: boolean): WriteGroup {
  const random = makeRandom(index + 1);
  const between = (low: number, high: number): number => round(low + random() * (high - low), 4);
  const parameters: Parameters = {
    Ja_meV: between(-1, 1),
    Jb_meV: between(-1, 1),
    Jc_meV: between(-0.5, 0.5),
    Dc_meV: between(-0.2, 0.2),
    spin_s: 2.5,
    g_factor: 2,
  };
  const scalars = Object.entries(parameters).map(([name, value]) => [name, { data: value }] as const);
  return {
    attributes: { generator: "copycat example", created: "2026-01-15T00:00:00Z" },
    children: {
      ...Object.fromEntries(scalars),
      mh: { children: magnetisation(parameters) },
      ins: { children: neutronMaps(parameters, small) },
      gs: { children: groundState(parameters, random) },
      dispersion: dispersion(parameters),
    },
  };
}

function magnetisation({ Ja_meV, Dc_meV, spin_s }: Parameters): Record<string, WriteDataset> {
  const curve = (fieldTesla: number, anisotropy: number): WriteDataset => ({
    data: Float64Array.from({ length: curvePoints }, (_, point) => {
      const field = (fieldTesla * point) / (curvePoints - 1);
      return round(spin_s * Math.tanh(field / (4 + 6 * Math.abs(Ja_meV) + anisotropy)), 5);
    }),
    attributes: { units: "mu_B", field_max_T: fieldTesla },
  });
  return Object.fromEntries([
    ...powderFields.map((field) => [`powder_${field}T`, curve(field, 0)] as const),
    ...directions.map((axis, index) => [`${axis}_30T`, curve(30, 10 * Dc_meV * (index - 1))] as const),
  ]);
}

function neutronMaps({ Ja_meV, Jb_meV }: Parameters, small: boolean): Record<string, WriteDataset> {
  const rows = small ? 60 : 600;
  const columns = small ? 40 : 400;
  const modes = Float64Array.from({ length: columns }, (_, column) => {
    const q = (column / columns) * Math.PI * 2;
    return Math.abs(Ja_meV * Math.cos(q)) + Math.abs(Jb_meV * Math.sin(q)) + 0.1;
  });
  const map = (energy: number): WriteDataset => {
    const data = new Float64Array(rows * columns);
    for (let row = 0; row < rows; row++) {
      const transfer = ((row / rows) * energy) / 4;
      for (let column = 0; column < columns; column++) {
        const distance = transfer - (modes[column] ?? 0);
        // Cut off far from the mode: mostly zeros, as a measured map, and small when compressed.
        if (Math.abs(distance) < 0.3) data[row * columns + column] = round(Math.exp(-40 * distance ** 2), 3);
      }
    }
    return { data, shape: [rows, columns], gzip: 1, attributes: { units: "arb", Ei_meV: energy } };
  };
  return Object.fromEntries(incidentEnergies.map((energy) => [`map_${energy}meV`, map(energy)]));
}

function groundState(parameters: Parameters, random: () => number): Record<string, WriteDataset> {
  const directionsOfSpins = Float64Array.from({ length: spins * 3 }, () => round(2 * random() - 1, 5));
  const energy = round(
    -(parameters.spin_s ** 2) * (Math.abs(parameters.Ja_meV) + Math.abs(parameters.Jb_meV)),
    6,
  );
  return {
    spin_dir: { data: directionsOfSpins, shape: [spins, 3] },
    energy: { data: Float64Array.of(energy), attributes: { units: "meV" } },
  };
}

function dispersion({ Ja_meV, Jc_meV, spin_s }: Parameters): WriteDataset {
  const data = new Float64Array(pathPoints * bands);
  for (let point = 0; point < pathPoints; point++) {
    const q = (point / (pathPoints - 1)) * Math.PI;
    for (let band = 0; band < bands; band++) {
      const splitting = 1 + Math.abs(Jc_meV) * (band / bands);
      data[point * bands + band] = round(2 * spin_s * Math.abs(Ja_meV * Math.sin(q)) * splitting, 3);
    }
  }
  return { data, shape: [pathPoints, bands], gzip: 1, attributes: { units: "meV" } };
}

function artifact(type: string, dataset: string): string {
  return `  - { type: ${type}, dataset: ${dataset} }`;
}

export const hamiltonianYaml = `\
# Spin Hamiltonians: one HDF5 file an entity, parameters as scalars at its root, 11 arrays each.
label: VDP
key: VDP # the container in the catalog

metadata: # of the container, free
  method: [INS, Magnetization]
  data_type: simulation
  material: generic_spin_model
  producer: copycat example

data:
  directory: vdp # relative to this file
  file_pattern: "*.h5"
  layout: per_entity

parameters:
  location: root_scalars # Ja_meV, Jb_meV, Jc_meV, Dc_meV, spin_s, g_factor

artifacts:
${[
  ...powderFields.map((field) => artifact(`mh_powder_${field}T`, `/mh/powder_${field}T`)),
  ...directions.map((axis) => artifact(`mh_${axis}_30T`, `/mh/${axis}_30T`)),
  ...incidentEnergies.map((energy) => artifact(`ins_${energy}meV`, `/ins/map_${energy}meV`)),
  artifact("gs_spin_dir", "/gs/spin_dir"),
  artifact("gs_energy", "/gs/energy"),
  artifact("dispersion", "/dispersion"),
].join("\n")}

provenance:
  created_at: "2026-01-15"
  code_version: "1"
`;
