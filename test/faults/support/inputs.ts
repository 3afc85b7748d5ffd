// What the suite loads: a few hundred records of each kind, the same in each run.

import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeExample } from "../../../src/ingest/index.ts";
import { mp3 } from "../../library/support/audio.ts";

export interface Inputs {
  /** NDJSON of nodes: a data set BASE; another one; BASE with new metadata in every second entity, and new entities. */
  base: string;
  other: string;
  changed: string;
  /** A dataset YAML over small HDF5 files. */
  yaml: string;
  entries: string;
  changedEntries: string;
  updates: string;
  music: string;
}

export async function writeInputs(root: string): Promise<Inputs> {
  const text = (name: string, lines: readonly object[]): string =>
    write(join(root, name), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const { yaml } = await writeExample(join(root, "example"), {
    entities: 30,
    layout: "per_entity",
    small: true,
  });
  return {
    base: text("base.ndjson", nodes("BASE", 100, 0)),
    other: text("other.ndjson", nodes("OTHER", 250, 0)),
    changed: text("changed.ndjson", nodes("BASE", 200, 1)),
    yaml,
    entries: text("entries.jsonl", entries(1500, 0)),
    changedEntries: text("changed.jsonl", entries(2000, 1)),
    updates: text("run.ndjson", updates(200)),
    music: writeMusic(join(root, "music"), 200),
  };
}

/** A container with entities of two arrays each; every second entity has other metadata in another version. */
function nodes(name: string, entities: number, version: number): object[] {
  const list: object[] = [{ path: `/${name}`, metadata: { title: name } }];
  for (let index = 0; index < entities; index++) {
    const path = `/${name}/E${String(index).padStart(4, "0")}`;
    list.push({ path, metadata: { T: index / 4, version: index % 2 === 0 ? 0 : version } });
    for (const key of ["a", "b"]) list.push(array(`${path}/${key}`, `/data/${name}/${index}.h5`, key));
  }
  return list;
}

function array(path: string, file: string, key: string): object {
  return {
    path,
    structure_family: "array",
    metadata: { key },
    data_source: {
      mimetype: "application/x-hdf5",
      parameters: { dataset: `/${key}` },
      structure: { data_type: { kind: "f", itemsize: 8, endianness: "little" }, shape: [3], chunks: [[3]] },
      assets: [{ data_uri: `file://localhost${file}`, is_directory: false }],
    },
  };
}

function entries(count: number, version: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    namespace: `n${index % 7}`,
    key: `k${index}`,
    value: `entry ${index}, version ${index % 3 === 0 ? version : 0} ${"x".repeat(index % 200)}`,
    embedding: [index, 1, 0.5, 0.25],
    metadata: { index },
    tags: [`t${index % 5}`],
  }));
}

function updates(count: number): object[] {
  return Array.from({ length: count }, (_, index) => ({
    dataset: index % 2 === 0 ? "roads" : "trains",
    timestamp: Math.floor(index / 2) * 60,
    iteration: 0,
    data: {
      segments: {
        id: Array.from({ length: 40 }, (_, id) => id),
        flow: Array.from({ length: 40 }, (_, id) => id * index),
      },
    },
  }));
}

function writeMusic(folder: string, files: number): string {
  for (let index = 0; index < files; index++) {
    const tags = { artist: `Artist ${index % 20}`, title: `Title ${index}` };
    const path = join(folder, `${index % 10}/${String(index).padStart(4, "0")}.mp3`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, mp3(tags, { seed: index, frames: 4 }));
    // A file is not known by its time when it is read within the tick of the clock in which it was written.
    utimesSync(path, 1_700_000_000 + index, 1_700_000_000 + index);
  }
  return folder;
}

function write(path: string, content: string): string {
  writeFileSync(path, content);
  return path;
}
