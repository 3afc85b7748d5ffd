// Which files of a folder, and in which order.

import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { countFiles, globFilter, listedFile, listFiles } from "../../src/ingest/listFiles.ts";
import { useFolder } from "../support/files.ts";

const folder = useFolder();

const names = [
  "B.h5",
  "a.h5",
  "a/z.h5",
  "a/deep/er/x.h5",
  "a-b.h5",
  "run1/simulations.h5",
  "run10/simulations.h5",
  "run2/simulations.h5",
  "run2/notes.txt",
  "ü b.h5",
  ".hidden.h5",
  ".git/objects/c.h5",
];

beforeAll(() => {
  for (const name of names) folder.text(name, "");
  folder.folder("empty.h5");
  symlinkSync(folder.path("B.h5"), folder.path("linked.h5"));
  execFileSync("mkfifo", [folder.path("pipe.h5")]);
});

async function list(pattern: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { path, relativePath } of listFiles(folder.root, globFilter(pattern))) {
    expect(path).toBe(folder.path(relativePath));
    found.push(relativePath);
  }
  return found;
}

describe("a glob", () => {
  it.each([
    [
      "**/*.h5",
      [
        "B.h5",
        "a/deep/er/x.h5",
        "a/z.h5",
        "a-b.h5",
        "a.h5",
        "linked.h5",
        "run1/simulations.h5",
        "run10/simulations.h5",
        "run2/simulations.h5",
        "ü b.h5",
      ],
    ],
    ["*/simulations.h5", ["run1/simulations.h5", "run10/simulations.h5", "run2/simulations.h5"]],
    ["run?/*", ["run1/simulations.h5", "run2/notes.txt", "run2/simulations.h5"]],
    ["{a,B}.h5", ["B.h5", "a.h5"]],
    ["./a/*.h5", ["a/z.h5"]],
    ["nothing/*.h5", []],
  ])("%s finds files by their path, each once and folder by folder", async (pattern, expected) => {
    expect((await list(pattern)).toSorted()).toEqual(expected.toSorted());
  });

  it.each(["*.h5", "**/*.h5", "**/*", "*/simulations.h5"])("%s counts what it lists", async (pattern) => {
    expect(await countFiles(folder.root, globFilter(pattern))).toBe((await list(pattern)).length);
  });

  it("without a slash matches the name in any folder", async () => {
    expect(await list("simulations.h5")).toEqual([
      "run1/simulations.h5",
      "run10/simulations.h5",
      "run2/simulations.h5",
    ]);
  });

  it("never finds what is hidden, nor pipes, nor folders", async () => {
    const all = await list("**/*");
    expect(all).toHaveLength(11);
    expect(all.some((name) => name.includes(".hidden") || name.startsWith(".git"))).toBe(false);
    expect(all).not.toContain("pipe.h5");
    expect(all).not.toContain("empty.h5");
  });
});

it("lists depth first in the order of the code units, whatever the file system says", async () => {
  expect(await list("**/*.h5")).toEqual([
    "B.h5",
    "a/deep/er/x.h5",
    "a/z.h5",
    "a-b.h5",
    "a.h5",
    "linked.h5",
    "run1/simulations.h5",
    "run10/simulations.h5",
    "run2/simulations.h5",
    "ü b.h5",
  ]);
});

it("says which folder cannot be listed", async () => {
  const files = listFiles(folder.path("not there"), () => true);
  await expect(files.next()).rejects.toMatchObject({
    code: "UNREADABLE_SOURCE",
    message: expect.stringContaining(folder.path("not there")),
  });
});

describe("a single file of a folder", () => {
  it("has the path that the list would give it", () => {
    expect(listedFile("/data", "/data/sub/..a.h5")).toEqual({
      path: "/data/sub/..a.h5",
      relativePath: "sub/..a.h5",
    });
    expect(listedFile("/data", "/data/..a.h5").relativePath).toBe("..a.h5");
  });

  it.each(["/data", "/other/a.h5", "/data2/a.h5", "/"])(
    "is refused when it is %s, not below the folder",
    (path) => {
      expect(() => listedFile("/data", path)).toThrow("is not below /data");
    },
  );
});

describe("a link to a folder", () => {
  it("is followed, but not when it leads back to where it came from", async () => {
    const other = makeLinkedTree();
    const found: string[] = [];
    for await (const { relativePath } of listFiles(other, globFilter("**/*.h5"))) found.push(relativePath);
    expect(found).toEqual(["real/x.h5", "run/x.h5"]);
    expect(await countFiles(other, globFilter("**/*.h5"))).toBe(2);
  });
});

/** real/x.h5, real/back -> the root, run -> real. */
function makeLinkedTree(): string {
  const root = folder.path("links");
  folder.text("links/real/x.h5", "");
  symlinkSync(root, folder.path("links/real/back"));
  symlinkSync(folder.path("links/real"), folder.path("links/run"));
  return root;
}
