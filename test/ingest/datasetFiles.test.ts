// The files of a dataset: names, files that cannot be read, where the server finds them.

import { chmodSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { nodeAt, nodesBelow, pour } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

const good = { children: { T: { data: 1 }, m: { data: Float64Array.of(1, 2) } } };

const yaml = (key: string, data = "", rest = ""): string =>
  folder.text(
    `${key}.yaml`,
    `\
label: ${key}
key: ${key}
data: { directory: ${key}, layout: per_entity${data} }
artifacts: [{ type: m, dataset: /m }]
${rest}`,
  );

it("makes one reject of each file that cannot be read, with its record, and takes the rest", async () => {
  await folder.hdf5("BAD/a.h5", good);
  const text = folder.text("BAD/b.h5", "no HDF5 at all");
  const whole = await folder.hdf5("BAD/c.h5", good);
  writeFileSync(whole, readFileSync(whole).subarray(0, 100));
  const empty = folder.text("BAD/d.h5", "");
  const dangling = folder.path("BAD/e.h5");
  symlinkSync("/nowhere/at/all.h5", dangling);
  const looping = folder.path("BAD/f.h5");
  symlinkSync(looping, looping);
  const closed = await folder.hdf5("BAD/h.h5", good);
  chmodSync(closed, 0o000);
  await folder.hdf5("BAD/z.h5", good);
  const file = yaml("BAD");

  const { report, rejects } = await pour(database, folder, file);

  // Root may read what is closed to others.
  const isRoot = process.geteuid?.() === 0;
  const bad = [text, whole, empty, dangling, looping, ...(isRoot ? [] : [closed])];
  expect(rejects.map(({ source, position, code, record }) => ({ source, position, code, record }))).toEqual(
    bad.map((source) => ({
      source,
      position: "/",
      code: "unreadable_file",
      record: { input: file, file: source },
    })),
  );
  expect(rejects.map(({ message }) => message).slice(0, 4)).toEqual([
    `${text} is not an HDF5 file (no signature found)`,
    expect.stringContaining(whole),
    `${empty} is empty (0 bytes)`,
    expect.stringContaining("ENOENT"),
  ]);
  expect(report.nodes).toMatchObject({ inserted: 1 + 2 * (8 - bad.length), rejected: bad.length });
  expect((await nodesBelow(database, "/BAD")).has("/BAD/z/m")).toBe(true);
});

it("rejects a file whose name no server can serve, and keeps spaces, unicode and percent signs as they are", async () => {
  const refused = await folder.hdf5("NAMES/run#1.h5", good);
  await folder.hdf5("NAMES/my run 100%.h5", good);
  await folder.hdf5("NAMES/Übergröße.h5", good);
  const { rejects } = await pour(database, folder, yaml("NAMES"));
  expect(rejects.map(({ source, code }) => [source, code])).toEqual([[refused, "unservable_path"]]);
  const nodes = await nodesBelow(database, "/NAMES");
  expect(nodes.get("/NAMES/my run 100%/m")?.uri).toBe(`file://localhost${folder.root}/NAMES/my run 100%.h5`);
  expect(nodes.get("/NAMES/Übergröße/m")?.uri).toBe(`file://localhost${folder.root}/NAMES/Übergröße.h5`);
});

it("tells the server its own path of the files", async () => {
  await folder.hdf5("SERVED/sub/a.h5", good);
  const { report } = await pour(database, folder, yaml("SERVED", ", server_base_dir: /mnt/data/"));
  const node = await nodeAt(database, "/SERVED/sub_a/m");
  expect(node.uri).toBe("file://localhost/mnt/data/sub/a.h5");
  expect((await nodeAt(database, "/SERVED/sub_a")).metadata.path_m).toBe("sub/a.h5");
  expect(report.readableStorage).toEqual(["/mnt/data"]);
});

it("takes only so many files, and the label that is asked for", async () => {
  for (const name of ["a", "b", "c"]) await folder.hdf5(`LIMIT/${name}.h5`, good);
  const { report } = await pour(database, folder, yaml("LIMIT"), { limit: 2, source: "INS" });
  expect(report).toMatchObject({ dataset: "LIMIT", source: "INS", nodes: { read: 5, inserted: 5 } });
  const nodes = await nodesBelow(database, "/LIMIT");
  expect([...nodes.keys()].filter((path) => !path.endsWith("/m"))).toEqual([
    "/LIMIT",
    "/LIMIT/a",
    "/LIMIT/b",
  ]);
  expect(nodes.get("/LIMIT")?.metadata).toEqual({ source: "INS" });
  expect(nodes.get("/LIMIT/b")?.metadata.source).toBe("INS");
});

it("makes the key from the label when the description has none", async () => {
  await folder.hdf5("KEYLESS/a.h5", good);
  const file = folder.text(
    "keyless.yaml",
    "label: Broad Sigma (v2)\ndata: { directory: KEYLESS, layout: per_entity }\nartifacts: [{ type: m, dataset: m }]\n",
  );
  const { report } = await pour(database, folder, file);
  expect(report).toMatchObject({ dataset: "BROAD_SIGMA_V2", source: "Broad Sigma (v2)" });
  expect((await nodeAt(database, "/BROAD_SIGMA_V2/a")).metadata.source).toBe("Broad Sigma (v2)");
});

it("refuses a description with two artifacts of one type before anything is read", async () => {
  folder.folder("TWICE");
  const file = folder.text(
    "TWICE.yaml",
    `\
label: TWICE
data: { directory: TWICE, layout: per_entity }
artifacts: [{ type: m, dataset: /m }, { type: m, dataset: /n }]
`,
  );
  await expect(pour(database, folder, file)).rejects.toMatchObject({
    code: "INVALID_INPUT",
    details: [expect.stringContaining('got "m", which is that of artifacts[0]')],
  });
});

it("fails when no file matches the pattern, and says what to check", async () => {
  await folder.hdf5("NONE/a.nxs", good);
  await expect(pour(database, folder, yaml("NONE"))).rejects.toMatchObject({
    code: "UNREADABLE_SOURCE",
    message: expect.stringContaining("matches **/*.h5. Check data.directory and data.file_pattern."),
  });
  expect((await nodesBelow(database, "/NONE")).size).toBe(0);
});

it("takes the first of two files that would have the same key and rejects the other", async () => {
  await folder.hdf5("CLASH/a/b.h5", { children: { T: { data: 1 }, m: { data: 1 } } });
  await folder.hdf5("CLASH/a_b.h5", { children: { T: { data: 2 }, m: { data: 2 } } });
  const { report, rejects } = await pour(database, folder, yaml("CLASH"));
  expect(report.nodes).toMatchObject({ read: 5, inserted: 3, skipped: 0, rejected: 2 });
  expect(rejects.map(({ code }) => code)).toEqual(["path_taken", "path_taken"]);
  expect(rejects[0]?.message).toMatch(
    /the path \/CLASH\/a_b is that of .*a\/b\.h5 \(\/\), too; rename one of them/,
  );
  expect((await nodeAt(database, "/CLASH/a_b")).metadata.T).toBe(1);
});
