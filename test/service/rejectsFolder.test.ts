// What a killed process left of its rejects goes when the next one starts.

import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { makeRejectsFolder } from "../../src/service/loads/rejectsFolder.ts";
import { useFolder } from "../support/files.ts";

const folder = useFolder();

it("removes the folders of processes that are gone, and no other", async () => {
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const [gone, own, other] = [`copycat-serve-${pid}-a`, `copycat-serve-${process.pid}-a`, "copycat-serve-b"];
  for (const name of [gone, own, other]) {
    mkdirSync(join(folder.root, name));
    writeFileSync(join(folder.root, name, "run.ndjson"), "{}\n");
  }
  const made = await makeRejectsFolder(folder.root);
  expect([gone, own, other].map((name) => existsSync(join(folder.root, name)))).toEqual([false, true, true]);
  expect(existsSync(made)).toBe(true);
});
