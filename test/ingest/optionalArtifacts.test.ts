// An artifact that some entities lack: a reject, unless the description says that it is optional.

import { expect, it } from "vitest";
import type { WriteGroup } from "../../src/hdf5/index.ts";
import { readDatasetFile } from "../../src/manifest/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { nodesBelow, pour } from "./support.ts";

const database = useDatabase();
const folder = useFolder();

const rows = (length: number): WriteGroup => ({
  children: {
    map: { data: new Float64Array(2 * length), shape: [2, length] },
    p: { data: Float64Array.of(1, 2) },
  },
});

it.each([
  [
    "per_entity",
    {
      "a.h5": { children: { map: { data: 1 }, fit: { data: 2 } } },
      "b.h5": { children: { map: { data: 3 } } },
    },
    ["a", "a/fit", "a/map", "b", "b/map"],
  ],
  [
    "grouped",
    {
      "a.h5": {
        children: {
          s1: { children: { map: { data: 1 }, fit: { data: 2 } } },
          s2: { children: { map: { data: 3 } } },
        },
      },
    },
    ["a_s1", "a_s1/fit", "a_s1/map", "a_s2", "a_s2/map"],
  ],
  ["batched", { "a.h5": rows(3) }, ["a_0", "a_0/map", "a_1", "a_1/map"]],
] as const)("is no reject in layout %s", async (layout, files, paths) => {
  for (const [name, content] of Object.entries(files)) await folder.hdf5(`${layout}/${name}`, content);
  const key = layout.toUpperCase();
  const yaml = (optional: string): string =>
    folder.text(
      `${layout}.yaml`,
      `\
label: ${key}
data: { directory: ${layout}, layout: ${layout} }
parameters: { location: root_scalars }
artifacts:
  - { type: map, dataset: /map, optional: false }
  - { type: fit, dataset: /fit${optional} }
`,
    );
  const strict = await pour(database, folder, yaml(""), { dryRun: true });
  expect(strict.rejects.map(({ code }) => code)).toEqual(["missing_dataset"]);
  const { report } = await pour(database, folder, yaml(", optional: true"));
  expect(report.status).toBe("completed");
  const found = await nodesBelow(database, `/${key}`);
  expect([...found.keys()].slice(1)).toEqual(paths.map((path) => `/${key}/${path}`));
});

it("is said with true or false, and of no shared axis", async () => {
  const file = folder.text(
    "bad.yaml",
    `\
label: BAD
data: { directory: ., layout: per_entity }
artifacts: [{ type: a, dataset: /a, optional: maybe }]
shared: [{ type: q, dataset: /q, optional: true }]
`,
  );
  await expect(readDatasetFile(file)).rejects.toMatchObject({
    details: [
      'bad.yaml:3:47: artifacts[0].optional: expected true or false, got "maybe"',
      "bad.yaml:4:34: shared[0].optional: expected one of type, dataset, got an unknown key",
    ],
  });
});
