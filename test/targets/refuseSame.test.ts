// Two targets that are one catalog are refused, before anything is loaded.

import { describe, expect, it } from "vitest";
import { closeTargets, ingestTargets, openTargets, readTargets } from "../../src/targets/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { smallInputs } from "../support/smallInputs.ts";

const folder = useFolder();
const database = useDatabase();
const other = useDatabase();
const { dataset } = smallInputs(folder);

interface Entry {
  dsn: string;
  schema?: string;
}

const targets = (one: Entry, two: Entry) =>
  readTargets(
    folder.text(
      "same.yaml",
      JSON.stringify({
        targets: [
          { name: "one", datasets: ["VDP"], ...one },
          { name: "two", default: true, ...two },
        ],
      }),
    ),
  );

/** The same database by a connection string that is spelled otherwise. */
function otherSpelling(dsn: string): string {
  const url = new URL(dsn);
  url.searchParams.set("application_name", "elsewhere");
  if (url.hostname === "127.0.0.1") url.hostname = "localhost";
  return url.href;
}

const count = () => database.rows<{ count: number }>("select count(*)::int as count from nodes");

describe("two targets that are the same catalog", () => {
  it("are refused by a load, which names both and loads nothing", async () => {
    const before = await count();
    const same = await targets({ dsn: database.dsn }, { dsn: otherSpelling(database.dsn) });
    await expect(ingestTargets(same, { inputs: [await dataset("VDP")], workers: 1 })).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/targets one and two are the same schema of the same database/),
    });
    expect(await count()).toEqual(before);
  });

  it("are refused by what asks all of them, also when one names the schema", async () => {
    const same = await targets(
      { dsn: database.dsn },
      { dsn: database.dsn, schema: database.database.catalogSchema },
    );
    await expect(openTargets(same)).rejects.toMatchObject({ code: "USAGE" });
  });
});

describe("two targets", () => {
  it("may be two databases of one server, and two schemas of one database", async () => {
    for (const two of [{ dsn: other.dsn }, { dsn: database.dsn, schema: "beamline_2" }]) {
      const opened = await openTargets(await targets({ dsn: database.dsn }, two));
      expect(opened.map(({ error }) => error)).toEqual([null, null]);
      await closeTargets(opened);
    }
  });

  it("are not compared where one is away", async () => {
    const opened = await openTargets(
      await targets({ dsn: database.dsn }, { dsn: "postgres://nobody@127.0.0.1:1/nowhere" }),
    );
    expect(opened.map(({ error }) => error === null)).toEqual([true, false]);
    await closeTargets(opened);
  });
});
