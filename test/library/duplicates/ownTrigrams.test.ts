// A database without the schema that all share: the wider search has its extension beside the files.

import { expect, it } from "vitest";
import { openLibrary } from "../../../src/library/index.ts";
import { useDatabase } from "../../support/database.ts";
import { song } from "./support.ts";

// Citus goes with the schema in which it is.
const database = useDatabase({ empty: true, plain: true });

it("is made in the store's own schema where there is none that all share", async () => {
  const library = await openLibrary(database.database, { root: "/music" });
  await library.batchInsertFiles(
    ["The Beatles", "Beetles", "Somebody Else"].map((artist, place) =>
      song(`${place}.mp3`, { artist, title: "1" }),
    ),
  );
  await database.rows("drop schema public cascade");
  const keys = [{ index: 0, artistKey: "beatles", titleKey: "1" }];
  const found = await library.findSimilar(keys, { threshold: 0.5, fuzzyArtists: true });
  expect(found.map(({ file }) => file.artist)).toEqual(["Beetles", "The Beatles"]);
  expect(
    await database.value(
      "select extnamespace::regnamespace::text from pg_extension where extname = 'pg_trgm'",
    ),
  ).toBe("library");
});
