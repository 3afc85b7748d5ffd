// Everything beside everything: one holds what it has, another begins; whether it goes on or waits, and for whom, is the table
// of docs/concurrency.md. In the end all is in, once.

import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { openDatabase } from "../../src/database/index.ts";
import { scanFolder } from "../../src/library/index.ts";
import { openSimulationStore } from "../../src/simulation/index.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { dataset, load } from "../support/nodes.ts";
import { type Actor, holders, newcomers, type Work } from "./actors.ts";

const db = useDatabase();
const folder = useFolder();
const cells = new Map<string, string>();
let nodes = 0;
let last = 0;

beforeAll(async () => {
  await load(db.database, dataset("base", 20));
  await load(db.database, dataset("same", 3));
  folder.text("music/a.txt", "a");
  await scanFolder(db.database, { folder: folder.path("music"), kind: "any" });
  await openSimulationStore(db.database, { scenario: "run" });
  nodes = await db.value<number>("select count(*)::int from nodes");
});

async function prepare(
  actor: Actor,
): Promise<{ work: Work; run: () => Promise<unknown>; application: string }> {
  const name = `n${++last}`;
  const application = `actor ${name}`;
  const database = await openDatabase({ dsn: db.dsn, applicationName: application });
  const adds = (count: number): void => {
    nodes += count;
  };
  const work: Work = {
    database,
    dsn: db.dsn,
    folder,
    name,
    notices: [],
    hold: () => Promise.resolve(),
    adds,
  };
  return { work, run: () => actor.run(work), application };
}

/** The newcomer is at its end, or stands still: the server says for whom, or it has said so itself. */
async function howItGoes(
  ended: Promise<unknown>,
  facts: { application: string; notices: string[] },
): Promise<string> {
  let isOver = false;
  const note = (): void => {
    isOver = true;
  };
  ended.then(note, note);
  // None waits for long but for who holds on.
  for (let blocked = 0, looks = 0; !isOver; looks++) {
    if (looks > 500) throw new Error("It neither ends nor waits for anybody.");
    await sleep(20);
    const [row] = await db.rows<{ blocked: boolean }>(
      `select exists (select from pg_stat_activity where datname = current_database() and application_name like $1
         and pg_blocking_pids(pid) <> '{}') as blocked`,
      [`${facts.application}%`],
    );
    blocked =
      row?.blocked === true || facts.notices.some((notice) => /[Ww]aiting for/.test(notice))
        ? blocked + 1
        : 0;
    if (blocked > 8 && !isOver) return "waits";
  }
  return "goes on";
}

async function meet(holder: Actor, newcomer: Actor): Promise<{ how: string; notices: string[] }> {
  const first = await prepare(holder);
  const second = await prepare(newcomer);
  let letGo = (): void => undefined;
  const isHeld = new Promise<void>((resolve) => {
    first.work.hold = () => {
      resolve();
      return new Promise((release) => {
        letGo = release;
      });
    };
  });
  const holding = first.run();
  await Promise.race([isHeld, holding.then(() => Promise.reject(new Error(`${holder.name} held nothing`)))]);
  const coming = second.run();
  const watched = {
    application: newcomer.name === "watch" ? "copycat" : second.application,
    notices: second.work.notices,
  };
  const how = await howItGoes(coming, watched).finally(() => letGo());
  await Promise.all([holding, coming]);
  await Promise.all([first.work.database.close(), second.work.database.close()]);
  return { how, notices: second.work.notices };
}

describe.each(holders)("beside $name", (holder) => {
  it.each(newcomers)("$name", async (newcomer) => {
    const { how, notices } = await meet(holder, newcomer);
    cells.set(`${holder.name}/${newcomer.name}`, how);
    // Who has to be waited for is said, where it is our own waiting.
    for (const notice of notices.filter((text) => text.includes("aiting for")))
      expect(notice).toMatch(/pid \d+/);
    expect(await db.value<number>("select count(*)::int from nodes")).toBe(nodes);
  });

  it("leaves the catalog sound, and nothing held", async () => {
    const { checks } = await verifyCatalog(db.database);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    const left = await db.rows(
      `select application_name, state from pg_stat_activity
       where datname = current_database() and application_name like 'actor%' and state <> 'idle'`,
    );
    expect(left).toEqual([]);
  });
});

it("is what docs/concurrency.md says", () => {
  const row = (texts: readonly string[]): string => `| ${texts.join(" | ")} |`;
  const table = [
    row(["", ...holders.map(({ name }) => name)]),
    row(["---", ...holders.map(() => "---")]),
    ...newcomers.map(({ name }) =>
      row([`**${name}**`, ...holders.map((holder) => cells.get(`${holder.name}/${name}`) ?? "?")]),
    ),
  ].join("\n");
  const page = readFileSync(new URL("../../docs/concurrency.md", import.meta.url), "utf8");
  expect(page).toContain(table);
});
