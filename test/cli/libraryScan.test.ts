// copycat library scan as a user calls it: summary, JSON, exit codes, and folders that are not what they were.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { wav } from "../library/support/audio.ts";
import { callCli, runCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const db = useDatabase({ empty: true });
const folder = useFolder();

const scan = (...args: string[]): ReturnType<typeof callCli> =>
  callCli(["library", "scan", ...args, "--dsn", db.dsn]);

async function report(...args: string[]): Promise<Record<string, number>> {
  const { code, stdout, stderr } = await scan(...args, "--json", "--quiet");
  expect([0, 3], stderr).toContain(code);
  const counts = JSON.parse(stdout) as Record<string, number>;
  const parts = ["inserted", "updated", "unchanged", "skipped", "duplicates", "rejected"];
  expect(parts.reduce((sum, name) => sum + (counts[name] ?? Number.NaN), 0)).toBe(counts.read);
  return counts;
}

const song = (title: string, seed: number): Buffer => wav({ artist: "Ada", title }, { seed });

function makeMusic(name: string, songs: Record<string, Buffer>): string {
  for (const [path, content] of Object.entries(songs)) folder.text(`${name}/${path}`, content);
  return folder.path(name);
}

const rows = (library: string): Promise<{ id: string; path: string; state: string; is_active: boolean }[]> =>
  db.rows(
    `select f.id, f.path, f.state, f.is_active from library.file f join library.library l on l.id = f.library_id
     where l.name = $1 order by f.path collate "C"`,
    [library],
  );

describe("what a person reads", () => {
  it("what went in, and what to type next", async () => {
    const path = makeMusic("first", { "a/one.wav": song("One", 300), "b/two.wav": song("Two", 400) });
    const { code, stdout } = await scan(path, "--library", "my music");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^library "my music": 2 files in \(.* files\/s\)$/m);
    expect(stdout).toMatch(/npx copycat library duplicates --dsn .* --library 'my music'/);
    const again = await scan(path, "--library", "my music", "--quiet");
    expect(again).toMatchObject({ code: 0, stderr: "" });
    expect(again.stdout).toMatch(/^nothing to change, 2 files in the library "my music" \(.*\)\n$/);
  });

  it("what was rejected, where it stands, and what to do", async () => {
    const path = makeMusic("bad", { "good.wav": song("Good", 310) });
    folder.text("bad/text.mp3", "this is no music\n");
    const rejects = folder.path("bad.ndjson");
    const { code, stdout } = await scan(path, "--library", "bad", "--rejects", rejects);
    expect(code).toBe(3);
    expect(stdout).toContain(`1 reject in ${rejects}`);
    expect(stdout).toContain("run the same command again");
    expect(JSON.parse(readFileSync(rejects, "utf8"))).toMatchObject({
      source: join(path, "text.mp3"),
      code: "not_audio",
      record: null,
    });
  });

  it("what a dry run would do, and nothing is made for it", async () => {
    const path = makeMusic("dry", { "one.wav": song("One", 320) });
    const { code, stdout } = await scan(path, "--dry-run", "--schema", "never");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^dry run, nothing was changed; 1 of 1 file would go in/);
    expect(await db.value("select count(*)::int from pg_namespace where nspname = 'never'")).toBe(0);
  });

  it("help that teaches", async () => {
    const { stdout } = await runCli(["library", "scan", "--help"], { cwd: folder.root });
    expect(stdout).toContain("copycat library scan /srv/music\n");
    expect(stdout).toContain("not mounted: nothing is marked");
    expect(stdout).toContain("Exit codes: 0 all in; 1 failed");
  });
});

describe("what a program reads", () => {
  it("the report as one document", async () => {
    const path = makeMusic("json", { "one.wav": song("One", 330) });
    const { code, stdout } = await scan(path, "--json", "--library", "of a program");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      library: "of a program",
      root: path,
      status: "completed",
      read: 1,
      inserted: 1,
      updated: 0,
      unchanged: 0,
      skipped: 0,
      duplicates: 0,
      rejected: 0,
      missing: 0,
      moved: 0,
      reactivated: 0,
      elapsedMs: expect.any(Number),
      rowsPerSecond: expect.any(Number),
      rejectsFile: null,
    });
  });

  it.each<[string, () => string[], number, string, string]>([
    ["no such folder", () => [folder.path("nowhere")], 1, "UNREADABLE_SOURCE", "is the drive mounted?"],
    ["a file", () => [folder.text("file.wav", wav())], 2, "USAGE", "is no folder"],
    ["an unknown policy", () => [folder.root, "--on-conflict", "replace"], 2, "USAGE", "--on-conflict"],
    [
      "another folder than before",
      () => [folder.folder("other"), "--library", "of a program"],
      2,
      "USAGE",
      "name another library (--library) for a folder of its own; if the files went there, scan with --set-root.",
    ],
    [
      "a dry run that sets the root",
      () => [folder.root, "--set-root", "--dry-run"],
      2,
      "USAGE",
      "(--set-root)",
    ],
    [
      "too many rejects",
      () => [folder.path("bad"), "--library", "no rejects", "--max-rejects", "0"],
      1,
      "TOO_MANY_REJECTS",
      "More than 0 files were rejected (--max-rejects), the last one for: ",
    ],
  ])("%s: exit code, reason and advice", async (_name, args, exitCode, reason, advice) => {
    const rejects = folder.path("failures.ndjson");
    const { code, stdout } = await scan(...args(), "--json", "--quiet", "--rejects", rejects);
    expect(code).toBe(exitCode);
    const failure: unknown = JSON.parse(stdout);
    expect(failure).toMatchObject({
      status: "failed",
      error: { code: reason, message: expect.stringContaining(advice) },
    });
    if (exitCode === 1) expect(failure).toMatchObject({ library: null, read: 0, missing: 0 });
  });

  it("too many rejects: nothing went in", async () => {
    expect(await rows("no rejects")).toEqual([]);
  });
});

describe("a folder that is not what it was", () => {
  it("moved, missing, back again, changed: rows keep their ids", async () => {
    const path = makeMusic("moves", {
      "a/one.wav": song("One", 340),
      "a/two.wav": song("Two", 350),
      "b/three.wav": song("Three", 360),
    });
    expect(await report(path, "--library", "moves")).toMatchObject({ read: 3, inserted: 3 });
    const before = await rows("moves");
    mkdirSync(join(path, "c"));
    renameSync(join(path, "a/one.wav"), join(path, "c/first.wav"));
    renameSync(join(path, "a/two.wav"), folder.path("aside.wav"));
    folder.text(
      "moves/b/three.wav",
      wav({ artist: "Ada", title: "Three again" }, { seed: 360, samples: 1600 }),
    );
    expect(await report(path, "--library", "moves")).toMatchObject({
      read: 2,
      moved: 1,
      missing: 1,
      updated: 2,
    });
    const ids = new Map(before.map(({ path: own, id }) => [own, id]));
    expect(await rows("moves")).toEqual([
      { id: ids.get("a/two.wav"), path: "a/two.wav", state: "missing", is_active: false },
      { id: ids.get("b/three.wav"), path: "b/three.wav", state: "present", is_active: true },
      { id: ids.get("a/one.wav"), path: "c/first.wav", state: "present", is_active: true },
    ]);
    renameSync(folder.path("aside.wav"), join(path, "a/two.wav"));
    expect(await report(path, "--library", "moves")).toMatchObject({ read: 3, reactivated: 1, missing: 0 });
    expect((await rows("moves")).map(({ state }) => state)).toEqual(["present", "present", "present"]);
  });

  it("a file that has changed, under each policy", async () => {
    const path = makeMusic("policies", { "one.wav": song("One", 500) });
    await report(path, "--library", "policies");
    folder.text("policies/one.wav", wav({ artist: "Ada", title: "One again" }, { seed: 501, samples: 900 }));
    expect(await report(path, "--library", "policies", "--on-conflict", "skip")).toMatchObject({
      skipped: 1,
    });
    const refused = await scan(path, "--library", "policies", "--on-conflict", "error", "--json", "--quiet");
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "CONFLICT" } });
    expect(await report(path, "--library", "policies", "--commit-every", "1")).toMatchObject({ updated: 1 });
    expect(await report(path, "--library", "policies", "--reread")).toMatchObject({
      unchanged: 1,
      updated: 0,
    });
  });

  it("a drive that is not mounted: nothing is marked, unless it is said to be empty", async () => {
    const path = makeMusic("drive", { "one.wav": song("One", 370) });
    await report(path, "--library", "drive");
    renameSync(join(path, "one.wav"), folder.path("away.wav"));
    const refused = await scan(path, "--library", "drive", "--json", "--quiet");
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: "UNREADABLE_SOURCE" } });
    expect(await rows("drive")).toMatchObject([{ state: "present", is_active: true }]);
    expect(await report(path, "--library", "drive", "--allow-empty")).toMatchObject({ read: 0, missing: 1 });
    expect(await rows("drive")).toMatchObject([{ state: "missing", is_active: false }]);
  });

  it("a drive that is mounted elsewhere: --set-root says so, and nothing is read again", async () => {
    const path = makeMusic("here", { "a/one.wav": song("One", 380) });
    await report(path, "--library", "mount");
    renameSync(path, folder.path("there"));
    expect(await report(folder.path("there"), "--library", "mount", "--set-root")).toMatchObject({
      read: 1,
      unchanged: 1,
      missing: 0,
    });
  });

  it("a folder below the root: the rest is left alone", async () => {
    const path = makeMusic("parts", { "a/one.wav": song("One", 390), "b/two.wav": song("Two", 395) });
    await report(path, "--library", "parts");
    rmSync(join(path, "b/two.wav"));
    folder.text("parts/a/three.wav", song("Three", 398));
    expect(await report(join(path, "a"), "--library", "parts")).toMatchObject({
      read: 2,
      inserted: 1,
      missing: 0,
    });
    rmSync(join(path, "b"), { recursive: true });
    expect(await report(join(path, "b"), "--library", "parts", "--allow-empty")).toMatchObject({
      missing: 1,
    });
  });
});

describe("names that are no text", () => {
  it("go in as they are, and nothing of them reaches the terminal", async () => {
    const path = folder.folder("names");
    const bytes = [Buffer.from(`${path}/caf`), Buffer.from([0xe9]), Buffer.from(".wav")];
    writeFileSync(Buffer.concat(bytes), song("Latin", 410));
    writeFileSync(`${path}/\u001b[2Jclear.wav`, song("Clear\u001b[2J", 420));
    writeFileSync(`${path}/back\\slash.wav`, song("Slash", 430));
    expect(await report(path, "--library", "names", "--full-hash")).toMatchObject({ inserted: 3 });
    expect(await report(path, "--library", "names")).toMatchObject({ unchanged: 3 });
    const found = await callCli(["library", "search", "--library", "names", "--dsn", db.dsn]);
    expect(found.code).toBe(0);
    expect(found.stdout).not.toContain("\u001b");
    for (const shown of ["caf\\xe9.wav", "\\u{1b}[2Jclear.wav", "back\\\\slash.wav"]) {
      expect(found.stdout).toContain(shown);
    }
  });
});
