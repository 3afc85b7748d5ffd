// The configuration for a stock Tiled: folders, connection string, key. That Tiled takes it is proved in test/interop.

import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { listAssetFolders, reduceFolders } from "../../src/catalog/assetFolders.ts";
import {
  makeTiledConfig,
  maxReadableFolders,
  type TiledConfig,
  tiledConfigMark,
} from "../../src/catalog/tiledConfig.ts";
import { tiledUri } from "../../src/catalog/tiledUri.ts";
import { useDatabase } from "../support/database.ts";
import { array, container, load } from "../support/nodes.ts";
import { fc } from "../support/property.ts";

const dsn = "postgres://me:pw@db.example:5433/catalog";

function storageOf({ content }: TiledConfig): { readable_storage: string[]; writable_storage?: string[] } {
  return content.trees[0].args;
}

describe("reduceFolders", () => {
  it.each<[string, string[], number, string[]]>([
    ["keeps few folders as they are", ["/b/x", "/a"], 2, ["/a", "/b/x"]],
    ["drops doubles and what lies inside another", ["/a/b/c", "/a", "/a/b", "/a"], 9, ["/a"]],
    [
      "takes a longer name for no folder inside",
      ["/a", "/a b", "/a-1", "/ab/c"],
      9,
      ["/a", "/a b", "/a-1", "/ab/c"],
    ],
    [
      "puts the deepest common parents in the place of too many",
      ["/d/24/01/1", "/d/24/01/2", "/d/24/02/1", "/d/24/02/2", "/scratch/x"],
      3,
      ["/d/24/01", "/d/24/02", "/scratch/x"],
    ],
    [
      "climbs until they are few enough",
      ["/d/24/01/1", "/d/24/01/2", "/d/24/02/1", "/d/24/02/2", "/scratch/x"],
      2,
      ["/d/24", "/scratch/x"],
    ],
    [
      "leaves a lonely folder as deep as it is",
      ["/far/down/in/it", "/a/1", "/a/2"],
      2,
      ["/a", "/far/down/in/it"],
    ],
    ["does not take / for too many with nothing in common", ["/a", "/b", "/c"], 2, ["/a", "/b", "/c"]],
    ["takes / when it is asked for", ["/a", "/", "/b/c"], 9, ["/"]],
    ["of none is none", [], 3, []],
  ])("%s", (_what, folders, most, expected) => {
    expect(reduceFolders(folders, most)).toEqual(expected);
  });

  it("covers every folder, opens no more than a common parent, and never /", () => {
    const name = fc.constantFrom("a", "b", "a b", "ü", "a.b", "A");
    const path = fc.array(name, { minLength: 1, maxLength: 5 }).map((names) => `/${names.join("/")}`);
    fc.assert(
      fc.property(fc.array(path, { maxLength: 40 }), fc.integer({ min: 1, max: 8 }), (folders, most) => {
        const reduced = reduceFolders(folders, most);
        const within = (folder: string, parent: string): boolean => `${folder}/`.startsWith(`${parent}/`);
        for (const folder of folders)
          expect(reduced.filter((parent) => within(folder, parent))).toHaveLength(1);
        for (const parent of reduced) {
          const covered = new Set(folders.filter((folder) => within(folder, parent)));
          expect(folders.includes(parent) || covered.size > 1).toBe(true);
        }
        expect(reduced).not.toContain("/");
        const tops = new Set(folders.map((folder) => folder.split("/")[1]));
        expect(reduced.length).toBeLessThanOrEqual(Math.max(most, tops.size));
      }),
    );
  });

  it("takes a hundred thousand folders, one an entity", () => {
    const folders = Array.from({ length: 100_000 }, (_, index) => `/data/vdp/${index % 300}/H_${index}`);
    expect(reduceFolders(folders, 32)).toEqual(["/data/vdp"]);
  });
});

describe("tiledUri", () => {
  it.each<[string, string, string[]]>([
    [dsn, "postgresql://me:pw@db.example:5433/catalog", []],
    ["postgresql://db/catalog", "postgresql://db/catalog", []],
    ["postgres://me:p%40s%2Fs@db/c", "postgresql://me:p%40s%2Fs@db/c", []],
    ["postgres://me:p$HOME@db/c", "postgresql://me:p%24HOME@db/c", []],
    ["postgres://me@db/c?sslmode=verify-full", "postgresql://me@db/c?ssl=verify-full", []],
    ["postgres://me@db/c?sslmode=no-verify", "postgresql://me@db/c?ssl=require", []],
    ["postgres://me@db/c?ssl=false", "postgresql://me@db/c?ssl=disable", []],
    ["postgres:///c?host=/tmp&user=me", "postgresql:///c?host=/tmp&user=me", []],
    [
      "postgres://db/c?application_name=x&keepalives=1",
      "postgresql://db/c",
      ["application_name", "keepalives"],
    ],
  ])("of %s is %s", (given, uri, leftOut) => {
    const made = tiledUri(given);
    expect({ ...made, uri: made.uri.replace(/\?$/, "") }).toEqual({ uri, leftOut });
  });
});

describe("an empty catalog", () => {
  const db = useDatabase();

  it("gives a configuration that says that there is nothing to serve", async () => {
    const config = await makeTiledConfig(db.database, { dsn });
    expect(storageOf(config)).toEqual({ uri: tiledUri(dsn).uri, readable_storage: [] });
    expect(config.notices).toEqual([expect.stringContaining("make the configuration again after an ingest")]);
  });

  it("is written as YAML that says the same as the object, all texts quoted, in ASCII", async () => {
    const options = { dsn, readable: ["/däta/日本 😀", "/on", '/it\'s "q"'], apiKey: "0123" };
    const { yaml, content } = await makeTiledConfig(db.database, options);
    expect(yaml.startsWith(tiledConfigMark)).toBe(true);
    expect(yaml).toMatch(/^[\n -~]*$/);
    expect(parse(yaml)).toEqual(content);
    expect(parse(yaml, { version: "1.1" })).toEqual(content);
    expect(yaml).toContain('single_user_api_key: "0123"');
    expect(content.trees[0].args.readable_storage).toEqual(["/däta/日本 😀", '/it\'s "q"', "/on"]);
  });

  it("makes a long random key, keeps that of the file it replaces, and prefers the one it is given", async () => {
    const first = await makeTiledConfig(db.database, { dsn });
    const { single_user_api_key: key } = first.content.authentication;
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    const keyOf = async (previous: string, apiKey?: string): Promise<string> =>
      (await makeTiledConfig(db.database, { dsn, previous, ...(apiKey === undefined ? {} : { apiKey }) }))
        .content.authentication.single_user_api_key;
    expect(await keyOf(first.yaml)).toBe(key);
    expect(await keyOf(first.yaml, "mine")).toBe("mine");
    for (const broken of ["", "a: [", "authentication: 3", "authentication:\n  single_user_api_key: 12"]) {
      const other = await keyOf(broken);
      expect(other).toMatch(/^[0-9a-f]{64}$/);
      expect(other).not.toBe(key);
    }
  });

  it.each(["", "a b", "päss", "a-b", "a\n"])("refuses the key %j, as Tiled does", async (apiKey) => {
    await expect(makeTiledConfig(db.database, { dsn, apiKey })).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("a catalog with files", () => {
  const db = useDatabase();

  it("lists the folders of its files, those it is told, and what it cannot serve", async () => {
    await load(db.database, [
      container("/V"),
      array("/V/a", { files: ["/data/vdp/a.h5"] }),
      array("/V/b", { files: ["/data/vdp/b.h5"] }),
      array("/V/parts", { files: ["/data/more/1.h5", "/data/more/2.h5"] }),
      array("/V/hash", { files: ["/data/odd/run#1.h5"] }),
      array("/V/top", { files: ["/top.h5"] }),
      array("/V/dollar", { files: ["/data/$HOME/x.h5"] }),
    ]);
    await db.rows(`insert into assets (data_uri, is_directory) values
      ('file:///other/form.h5', false), ('file://localhost/zarr/store', true), ('file://localhost/zarr/two/', true),
      ('s3://bucket/x', false), (null, false), ('no uri', false)`);
    expect(await listAssetFolders(db.database)).toEqual({
      folders: [
        "/",
        "/data/$HOME",
        "/data/more",
        "/data/odd",
        "/data/vdp",
        "/other",
        "/zarr/store",
        "/zarr/two",
      ],
      unservable: { count: 1, example: "/data/odd/run#1.h5" },
      elsewhere: new Map([
        ["s3", 1],
        ["no scheme", 1],
      ]),
    });
    const config = await makeTiledConfig(db.database, {
      dsn: `${dsn}?application_name=x`,
      readable: ["/zarr/", "relative/../"],
      writable: ["/data/more"],
    });
    expect(storageOf(config)).toEqual({
      uri: tiledUri(dsn).uri,
      readable_storage: ["/data/$HOME", "/data/odd", "/data/vdp", "/other", process.cwd(), "/zarr"].sort(),
      writable_storage: ["/data/more"],
    });
    expect(config.notices).toEqual([
      expect.stringMatching(/^Files lie in \/ itself/),
      expect.stringMatching(
        /^1 of the files cannot be served, .* for example \/data\/odd\/run#1\.h5; rename/,
      ),
      expect.stringContaining("Not all assets are files (s3: 1, no scheme: 1);"),
      expect.stringContaining("$NAME in /data/$HOME"),
      expect.stringContaining("application_name"),
    ]);
  });

  it("lists common parents when there are many folders, and says so", async () => {
    const files = Array.from({ length: maxReadableFolders }, (_, index) => `/data/days/${index}/scan.h5`);
    await load(
      db.database,
      files.map((file, index) => array(`/day${index}`, { files: [file] })),
    );
    const { readable_storage: readable, ...rest } = storageOf(await makeTiledConfig(db.database, { dsn }));
    expect(rest).toEqual({ uri: tiledUri(dsn).uri });
    expect(readable).toContain("/data/days");
    expect(readable.length).toBeLessThanOrEqual(maxReadableFolders);
    const { notices } = await makeTiledConfig(db.database, { dsn, readable: ["/data"] });
    expect(notices).toContainEqual(expect.stringMatching(/^39 folders hold files .*name a readable folder/));
  });

  it("opens everything only when it is told to", async () => {
    const config = await makeTiledConfig(db.database, { dsn, readable: ["/"] });
    expect(storageOf(config).readable_storage).toEqual(["/"]);
    expect(config.notices).not.toContainEqual(expect.stringContaining("Files lie in /"));
  });
});
