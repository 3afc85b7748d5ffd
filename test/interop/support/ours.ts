// What the tests pour in and serve: the examples, files of every kind, and records made for queries.

import { randomBytes } from "node:crypto";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { callCli } from "../../support/cli.ts";
import type { TestDatabase } from "../../support/database.ts";
import type { TestFolder } from "../../support/files.ts";

const examples = fileURLToPath(new URL("../../../examples", import.meta.url));

/** A copy: clients delete what they find. */
export function copyExamples(folder: TestFolder): { vdp: string; edrixs: string; vdpFolder: string } {
  cpSync(examples, folder.path("examples"), { recursive: true });
  return {
    vdp: folder.path("examples/vdp.yaml"),
    edrixs: folder.path("examples/edrixs.yaml"),
    vdpFolder: folder.path("examples/vdp"),
  };
}

const words = ["copper", "zinc oxide", "größe", "neutron", "x-ray"];
const colors = ["red", "green", "blue", "cyan"];

/** 250 containers below /made, with metadata of every kind for every kind of query. */
export function madeRecords(): string {
  const records: object[] = [{ path: "/made", structure_family: "container", metadata: {} }];
  for (let index = 0; index < 250; index++) {
    records.push({
      path: `/made/m_${index}`,
      structure_family: "container",
      metadata: {
        number: index,
        value: index / 8,
        color: colors[index % colors.length],
        flag: index % 3 === 0,
        tags: [`t${index % 3}`, "common"],
        note: `run ${index} of the ${words[index % words.length]} series`,
        quoted: `it's "${index}" \\ % _ $1`,
        nothing: null,
        sample: {
          name: `Ni#${index}`,
          deep: { level: index % 5 },
          ...(index % 2 === 1 ? { odd: true } : {}),
        },
        ...(index % 10 === 0 ? { rare: index } : {}),
      },
      ...(index % 3 === 0
        ? { specs: [{ name: "alpha", version: "1" }, ...(index % 6 === 0 ? [{ name: "beta" }] : [])] }
        : {}),
    });
  }
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** Every node but the root into an NDJSON file, in the order of the ids; numbers as PostgreSQL writes them. */
export async function writeNodes(database: TestDatabase, file: string): Promise<void> {
  const rows = await database.rows<{ line: string }>(`
    with recursive walk (id, path) as (
      select id, '' from nodes where parent is null
      union all
      select n.id, w.path || '/' || n.key from walk w join nodes n on n.parent = w.id)
    select format('{"path": %s, "family": "%s", "metadata": %s, "specs": %s}',
      to_json(w.path), n.structure_family, n.metadata, n.specs) as line
    from walk w join nodes n using (id)
    where n.id <> 0
    order by n.id`);
  writeFileSync(file, rows.map(({ line }) => `${line}\n`).join(""));
}

export interface Configured {
  file: string;
  apiKey: string;
}

/** The configuration that `copycat serve-config` makes, with a folder to write to. */
export async function configure(
  { database, folder }: { database: TestDatabase; folder: TestFolder },
  more: readonly string[] = [],
): Promise<Configured> {
  const file = folder.path(`tiled-${randomBytes(4).toString("hex")}.yml`);
  const apiKey = randomBytes(16).toString("hex");
  mkdirSync(folder.path("written"), { recursive: true });
  const { code, stderr } = await callCli([
    ...["serve-config", "--dsn", database.dsn, "--out", file, "--api-key", apiKey],
    ...["--writable", folder.path("written"), ...more],
  ]);
  if (code !== 0) throw new Error(`serve-config ended with ${code}: ${stderr}`);
  return { file, apiKey };
}
