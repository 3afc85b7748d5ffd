// Files and folders that `.ndignore` passes over.

import { rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { isIgnored, parseIgnoreRules } from "../../../src/library/scan/ignoreRules.ts";
import { scanLibrary } from "../../../src/library/scan/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { mp3 } from "../support/audio.ts";
import { countsOf, makeTestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

describe("patterns are those of git", () => {
  // Each was compared with what git says.
  it.each<[text: string, ignored: string[], taken: string[]]>([
    ["*.wav", ["a.wav", "b/a.wav"], ["a.wave", "b"]],
    ["/a.wav", ["a.wav"], ["b/a.wav"]],
    ["b/*.wav", ["b/a.wav"], ["a.wav", "b/c/a.wav", "c/b/a.wav"]],
    ["b/**/*.wav", ["b/a.wav", "b/c/d/a.wav"], ["a.wav"]],
    ["tmp/", ["tmp/", "b/tmp/"], ["tmp", "tmp2/"]],
    ["*.wav\n!keep.wav", ["b/a.wav"], ["b/keep.wav"]],
    ["!keep.wav\n*.wav", ["b/keep.wav"], []],
    ["# none\n\n\\#one\n\\!two", ["#one", "!two"], ["# none", "none"]],
    [
      "Live (2001)\n{a}.mp3\n[ab].wav",
      ["Live (2001)/", "{a}.mp3", "a.wav"],
      ["Live 2001/", "a.mp3", "c.wav"],
    ],
    ["[!a].wav\r\nx y  \n", ["b.wav", "x y"], ["a.wav", "x y "]],
    ["*", [".hidden", "b/"], []],
  ])("%j", (text, ignored, taken) => {
    const rules = parseIgnoreRules(text, "");
    const isIn = (path: string) => isIgnored(path.replace(/\/$/, ""), path.endsWith("/"), rules);
    expect([...ignored, ...taken].filter(isIn)).toEqual(ignored);
  });

  it("and those of a folder are of what is in it", () => {
    const rules = [...parseIgnoreRules("*.wav\n/top.mp3", ""), ...parseIgnoreRules("!a.wav\n/deep.mp3", "b")];
    const paths = [
      "a.wav",
      "top.mp3",
      "deep.mp3",
      "b/a.wav",
      "b/c/a.wav",
      "b/b.wav",
      "b/deep.mp3",
      "b/top.mp3",
    ];
    expect(paths.filter((path) => isIgnored(path, false, rules))).toEqual([
      "a.wav",
      "top.mp3",
      "b/b.wav",
      "b/deep.mp3",
    ]);
    expect(parseIgnoreRules("\n# nothing but words\n", "")).toEqual([]);
    // Nor does anything come of what is no text.
    expect(parseIgnoreRules("[".repeat(100_000), "")).toEqual([]);
    expect(isIgnored("a.wav", false, parseIgnoreRules("[\n\\\n!\n/\n**[", ""))).toBe(false);
  });
});

async function makeScanned() {
  const made = await makeTestLibrary(database, folder);
  for (const [index, path] of ["one.mp3", "a/demo.mp3", "a/two.mp3", "a/raw/three.mp3"].entries()) {
    made.write(path, mp3({ artist: "A", title: path }, { seed: index }));
  }
  await scanLibrary(made.library);
  return made;
}

describe("a scan", () => {
  it("passes over what matches, leaves its rows as they are, and takes the rest of the folder", async () => {
    const { library, write, path, states } = await makeScanned();
    write(".ndignore", "demo*\nraw/\n");
    write("a/demo2.mp3", mp3({ title: "Demo" }, { seed: 8 }));
    write("a/four.mp3", mp3({ title: "Four" }, { seed: 9 }));
    rmSync(path("a/raw/three.mp3"));
    const notices: string[] = [];
    const log = { notice: (message: string) => void notices.push(message) };
    const expected = { read: 3, inserted: 1, unchanged: 2 };
    expect(countsOf(await scanLibrary(library, { log }))).toEqual(expected);
    expect(notices).toEqual([expect.stringContaining("3 files or folders are passed over")]);
    const rows = { "one.mp3": "active", "a/demo.mp3": "active", "a/raw/three.mp3": "active" };
    expect(await states()).toEqual({ ...rows, "a/two.mp3": "active", "a/four.mp3": "active" });
    rmSync(path("a/demo.mp3"));
    expect(countsOf(await scanLibrary(library))).toMatchObject({ missing: 1 });
  });

  it("of a folder alone keeps to the patterns above it", async () => {
    const { library, write } = await makeScanned();
    write(".ndignore", "demo*");
    write("a/.ndignore", "!demo2.mp3");
    for (const name of ["demo1", "demo2"])
      write(`a/${name}.mp3`, mp3({ title: name }, { seed: name.length }));
    expect(countsOf(await scanLibrary(library, { folder: "a" }))).toEqual({
      read: 3,
      inserted: 1,
      unchanged: 2,
    });
    expect(await library.findFileByPath("a/demo1.mp3")).toBeNull();
  });

  it("passes over all of a folder where no pattern stands in the file", async () => {
    const { library, write } = await makeScanned();
    write("a/.ndignore", "# all of it\n");
    expect(countsOf(await scanLibrary(library))).toEqual({ read: 1, unchanged: 1 });
  });
});
