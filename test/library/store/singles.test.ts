// One file at a time: checked as the functions over many check it, and tried again as they are.

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Library, type LibraryFileInput, openLibrary } from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";
import { makeFile } from "./support.ts";

const database = useDatabase({ empty: true });
let library: Library;

beforeAll(async () => {
  library = await openLibrary(database.database);
});

beforeEach(async () => {
  await database.rows("delete from library.file");
});

const odd: [what: string, code: string, more: object][] = [
  ["NUL in a text", "nul_character", { artist: "nul\0" }],
  ["half of a character", "lone_surrogate", { title: "\ud800" }],
  ["half of a character in a tag", "lone_surrogate", { tags: { text: "\ud800" } }],
  ["a number for a text", "wrong_type", { isrc: 5 }],
  ["no time", "wrong_type", { lastVerified: new Date("never") }],
  ["a time that no server knows", "out_of_range", { mtimeNs: 2n ** 70n }],
  ["a text for a truth", "wrong_type", { isActive: "perhaps" }],
  ["a list that is none", "invalid_file", { warnings: 5 }],
  ["a number of another kind", "invalid_file", { bitrate: 5n }],
  ["a path that leads out", "invalid_file", { path: "../a.mp3" }],
];

describe("what cannot be stored", () => {
  it.each(odd)("%s is refused in the same words, alone or with others", async (_what, code, more) => {
    const file = { ...makeFile(1), ...more } as LibraryFileInput;
    const { failures } = await library.batchInsertFiles([file]);
    expect(failures).toMatchObject([{ code }]);
    const refusal = { code: "INVALID_INPUT", message: failures[0]?.message };
    await expect(library.addFile(file)).rejects.toMatchObject(refusal);
    const id = await library.addFile(makeFile(2));
    await expect(library.updateFile({ ...file, id })).rejects.toMatchObject(refusal);
    expect(await library.findFileByPath(makeFile(2).path)).toMatchObject({ ...makeFile(2), id });
  });

  it.each([null, 1.5, "7" as never])("the id %j is none", async (id) => {
    const file = { ...makeFile(1), id };
    const { failures } = await library.batchUpdateFiles([file]);
    await expect(library.updateFile(file)).rejects.toMatchObject({
      code: "INVALID_INPUT",
      message: failures[0]?.message,
      details: [failures[0]?.code],
    });
  });

  it("a path that no file can have is not there", async () => {
    for (const path of ["nul\0", "\ud800", 5 as never]) {
      expect(await library.fileExists(path)).toBe(false);
      expect(await library.markInactive(path)).toBe(false);
      expect(await library.deleteFile(path)).toBe(false);
      expect(await library.findFileByPath(path)).toBeNull();
    }
  });

  it("comes back as it went in, all of it", async () => {
    const file = makeFile(1, {
      lastVerified: new Date("2001-02-03T04:05:06.789Z"),
      warnings: ["one", "\\two"],
      tags: { "": [null, 1e21, "\\u0000"], genre: [] },
      duration: 0.1,
      isActive: false,
    });
    const id = await library.addFile(file);
    expect(await library.findFileByPath(file.path)).toMatchObject({ ...file, id });
  });
});

describe("a write that fails for a reason that passes", () => {
  beforeAll(async () => {
    await database.rows(`
      create sequence tries;
      create function fail_once() returns trigger language plpgsql as $$ begin
        if nextval('tries') = 1 then
          if tg_argv[0] = 'kill' then perform pg_terminate_backend(pg_backend_pid()); perform pg_sleep(5);
          else raise exception using errcode = tg_argv[0]; end if;
        end if;
        return coalesce(new, old);
      end $$`);
  });

  const failing = async (how: string, work: () => Promise<unknown>, deferred = false): Promise<number> => {
    const kind = deferred ? "constraint trigger" : "trigger";
    const when = deferred ? "after insert" : "before insert or update or delete";
    await database.rows(`
      alter sequence tries restart;
      create ${kind} fail_once ${when} on library.file ${deferred ? "deferrable initially deferred" : ""}
        for each row execute function fail_once('${how}')`);
    try {
      await work();
    } finally {
      await database.rows("drop trigger fail_once on library.file");
    }
    return Number(await database.value("select nextval('tries') - 1"));
  };

  it.each(["40001", "40P01", "kill"])("%s is tried again, and done once", async (how) => {
    expect(await failing(how, () => library.addFile(makeFile(1)))).toBe(2);
    const file = (await library.findFileByPath(makeFile(1).path)) as LibraryFileInput;
    const update = async () => expect(await library.updateFile({ ...file, title: "new" })).toBe(true);
    expect(await failing(how, update)).toBe(2);
    const mark = async () => expect(await library.markInactive(file.path)).toBe(true);
    expect(await failing(how, mark)).toBe(2);
    expect(await library.countFiles({ activeOnly: false })).toBe(1);
    const remove = async () => expect(await library.deleteFile(file.path)).toBe(true);
    expect(await failing(how, remove)).toBe(2);
    expect(await library.countFiles({ activeOnly: false })).toBe(0);
  });

  it("a commit whose outcome nobody knows is told, and not tried again", async () => {
    const add = () =>
      expect(library.addFile(makeFile(1))).rejects.toMatchObject({
        code: "CONNECTION",
        message: expect.stringContaining("not known whether the changes are in"),
      });
    expect(await failing("kill", add, true)).toBe(1);
    expect(await library.countFiles()).toBe(0);
  });

  it("what does not pass is not tried again", async () => {
    const add = () => expect(library.addFile(makeFile(1))).rejects.toMatchObject({ code: "DATABASE" });
    expect(await failing("22000", add)).toBe(1);
  });
});
