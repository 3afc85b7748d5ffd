// Assets of records from others: below the allowed folders, by name and by link.

import { symlinkSync } from "node:fs";
import { expect, it } from "vitest";
import { strayAsset } from "../../src/ingest/sources/strayAsset.ts";
import { useFolder } from "../support/files.ts";
import { array } from "../support/nodes.ts";

const folder = useFolder();
folder.text("data/in/a.h5", "");
folder.text("secret/b.h5", "");
symlinkSync(folder.path("secret"), folder.path("data/link"));
symlinkSync(folder.path("data/in"), folder.path("alias"));

const roots = [folder.path("data")];

it.each([
  ["data/in/a.h5", true],
  ["data/in/not_there_yet/c.h5", true],
  ["alias/a.h5", true],
  ["data/link/b.h5", false],
  ["data/link/not_there.h5", false],
  ["data/../secret/b.h5", false],
  ["database/a.h5", false],
  ["secret/b.h5", false],
])("%s is below the root: %s", (name, isBelow) => {
  const stray = strayAsset(array("/A/a", { files: [`${folder.root}/${name}`] }), roots);
  expect(stray?.code).toBe(isBelow ? undefined : "outside_roots");
});

it("are not looked at without roots, and nodes without files are never astray", () => {
  expect(strayAsset(array("/A/a", { files: ["/etc/passwd"] }), undefined)).toBeNull();
  expect(strayAsset({ ...array("/A/a"), dataSource: null }, roots)).toBeNull();
});

it("none is below a root that is a link in a circle", () => {
  symlinkSync(folder.path("circle"), folder.path("circle"));
  const stray = strayAsset(array("/A/a", { files: [folder.path("circle/a.h5")] }), [folder.path("circle")]);
  expect(stray?.code).toBe("outside_roots");
});
