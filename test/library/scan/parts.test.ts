// A scan that commits in parts and fails in a later one says what is in.

import { expect, it } from "vitest";
import { scanLibrary } from "../../../src/library/scan/index.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { makeTestLibrary } from "./support.ts";

const database = useDatabase({ empty: true });
const folder = useFolder();

it("a part that the server refuses leaves those before it, and says so", async () => {
  const made = await makeTestLibrary(database, folder);
  for (const name of ["a", "b", "c", "d"]) made.write(`${name}.txt`, name);
  // As a full disk would.
  await database.rows(`
    create function refuse() returns trigger language plpgsql as $$
    begin raise exception 'no space left' using errcode = 'disk_full'; end $$;
    create trigger refuse before insert on library.file for each row when (new.filename = 'd.txt') execute function refuse()`);
  const scan = scanLibrary(made.library, { kind: "any", commitEvery: 2, workers: 1 });
  await expect(scan).rejects.toMatchObject({
    code: "DATABASE",
    message: expect.stringMatching(
      /Free space on the server.+what was committed before stays, and the same command goes on/,
    ),
  });
  expect(await made.library.countFiles()).toBe(2);
  await database.rows("drop trigger refuse on library.file");
  const { inserted, unchanged } = await scanLibrary(made.library, {
    kind: "any",
    commitEvery: 2,
    workers: 1,
  });
  expect({ inserted, unchanged }).toEqual({ inserted: 2, unchanged: 2 });
});
