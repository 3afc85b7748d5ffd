// The join: the same pairs whatever the order, in memory that does not grow with the tables.

import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { joinTables } from "../../src/ingest/sources/manifest/join.ts";
import type { JoinedEntity } from "../../src/ingest/sources/manifest/joined.ts";
import { openTable } from "../../src/manifest/index.ts";
import { runCli } from "../support/cli.ts";
import { useFolder } from "../support/files.ts";
import { fc } from "../support/property.ts";

const folder = useFolder();

async function join(entities: readonly string[], artifacts: readonly string[]): Promise<JoinedEntity[]> {
  const write = (name: string, uids: readonly string[]): string =>
    folder.text(name, `uid,n\n${uids.map((uid, index) => `${uid},${index}\n`).join("")}`);
  const tables = {
    entities: await openTable(write("entities.csv", entities), ["uid"]),
    artifacts: await openTable(write("artifacts.csv", artifacts), ["uid"]),
    uid: "uid",
  };
  const joined: JoinedEntity[] = [];
  for await (const list of joinTables(tables)) joined.push(...list);
  return joined;
}

/** `line 2: line 3, line 4`, sorted: the order of entities is not promised. */
const pairs = (joined: readonly JoinedEntity[]): string[] =>
  joined
    .filter(({ entity, artifacts }) => entity !== null || artifacts.length > 0)
    .flatMap(({ entity, artifacts }) =>
      entity === null
        ? artifacts.map(({ position }) => `none: ${position}`)
        : [`${entity.position}: ${artifacts.map(({ position }) => position).join(", ")}`],
    )
    .sort();

describe("joinTables", () => {
  beforeAll(() => {
    vi.stubEnv("TMPDIR", folder.folder("temporary"));
  });

  afterAll(() => {
    vi.unstubAllEnvs();
  });

  it("keeps the order of the entities where the artifacts follow it", async () => {
    const joined = await join(["c", "a", "b"], ["c", "c", "b"]);
    expect(joined.map(({ artifacts }) => artifacts.map(({ position }) => position))).toEqual([
      ["line 2", "line 3"],
      [],
      ["line 4"],
    ]);
  });

  it("gives each entity its artifacts in their order, in any order of the tables", async () => {
    const uids = fc.constantFrom("a", "b", "c", "d", "");
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.constantFrom<string[]>("a", "b", "c", "e"), { minLength: 1 }),
        fc.array(uids, { maxLength: 12 }),
        async (entities, artifacts) => {
          const lineOf = (index: number): string => `line ${index + 2}`;
          const expected = [
            ...entities.map((uid, index) => {
              const own = artifacts.flatMap((other, row) => (other === uid ? [lineOf(row)] : []));
              return `${lineOf(index)}: ${own.join(", ")}`;
            }),
            ...artifacts.flatMap((uid, row) => (entities.includes(uid) ? [] : [`none: ${lineOf(row)}`])),
          ].sort();
          expect(pairs(await join(entities, artifacts))).toEqual(expected);
        },
      ),
      { numRuns: 40 },
    );
    expect(readdirSync(folder.path("temporary"))).toEqual([]);
  });
});

it("takes 200,000 rows in any order with a heap of 192 MB", async () => {
  const entities = 50_000;
  const uid = (index: number): string => `uid-${(index * 7919) % entities}-0123456789abcdef0123456789abcdef`;
  const rows = (count: number, row: (index: number) => string): string =>
    Array.from({ length: count }, (_, index) => row(index)).join("\n");
  folder.text("data/one.h5", "not opened");
  const values = "some text of a hundred characters ".repeat(3);
  folder.text(
    "manifests/large_entities.csv",
    `uid,key,note\n${rows(entities, (index) => `${uid(index)},K${index},${values}`)}\n`,
  );
  folder.text(
    "manifests/large_artifacts.csv",
    `uid,type,file,dataset,index,shape,dtype,note\n${rows(
      150_000,
      (index) =>
        `${uid(index * 3)},t${Math.floor(index / entities)},one.h5,/x,${index},[150000],<f8,${values}`,
    )}\n`,
  );
  folder.text("large.yaml", "key: LARGE\nbase_dir: data\n");
  const { code, stdout, stderr } = await runCli(["ingest", "large.yaml", "--dry-run", "--json"], {
    cwd: folder.root,
    env: { NODE_OPTIONS: "--max-old-space-size=192" },
  });
  expect(code, stderr).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ nodes: { read: 200_001, rejected: 0 } });
});
