// The engine's two ways against the pattern that they grew out of: COPY as text into a temp table, then one
// INSERT ... ON CONFLICT. Rows that are new, that are there and equal, and that are there and changed.

import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { parseArgs } from "node:util";
import type pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { bulkLoad, type Database, openDatabase } from "../src/index.ts";
import { createTable, makeRows, type SmallRow, table } from "./badRow/rows.ts";
import { describeEnvironment } from "./support/environment.ts";
import { checkpoint, measure } from "./support/measure.ts";
import { count, serverOptions, settings } from "./support/options.ts";
import { describeInMarkdown, markdownTable, resultsFolder, writeResults } from "./support/results.ts";
import { withBenchDatabase } from "./support/server.ts";
import { rotate, showSpread, spreadOf } from "./support/statistics.ts";

const inputs = ["new", "equal", "changed"] as const;
const ways = ["pattern", "staged", "auto"] as const;
type Input = (typeof inputs)[number];
type Way = (typeof ways)[number];

const { values } = parseArgs({ options: serverOptions });
const rowCount = count("rows", values.rows, 300_000);
const roundCount = count("rounds", values.rounds, 5);

await withBenchDatabase(
  { dsn: values.dsn, server: values.server, settings: settings(values.set) },
  async (bench) => {
    const observer = await bench.connect();
    const database = await openDatabase({ dsn: bench.dsn });
    const environment = await describeEnvironment(observer, ["pg"]);
    const rows = makeRows(rowCount);
    const changed = rows.map((row) => ({ ...row, value: (row.value + 1) % 1000 }));
    const runs: { round: number; input: Input; way: Way; elapsedMs: number; walBytes: number }[] = [];
    for (let round = 0; round <= roundCount; round++) {
      for (const input of inputs) {
        for (const way of rotate(ways, round)) {
          await createTable(observer);
          if (input !== "new") await bulkLoad(database, table, rows, { policy: "error" });
          await observer.query("analyze");
          await checkpoint(observer);
          const given = input === "changed" ? changed : rows;
          const { elapsedMs, walBytes } = await measure(observer, () => load(way, database, observer, given));
          await check(observer, given);
          // The first round warms up.
          if (round > 0) runs.push({ round, input, way, elapsedMs, walBytes });
        }
      }
    }
    await database.close();
    await observer.end();
    const of = (input: Input, way: Way) => runs.filter((run) => run.input === input && run.way === way);
    const markdown = [
      `# Ways into a table, ${rowCount.toLocaleString("en-US")} rows, policy update, ${roundCount} rounds`,
      markdownTable(
        ["rows", "way", "ms", "rows/s", "log written, MB", "times the pattern"],
        inputs.flatMap((input) =>
          ways.map((way) => [
            input,
            way,
            showSpread(spreadOf(of(input, way).map(({ elapsedMs }) => elapsedMs))),
            showSpread(spreadOf(of(input, way).map(({ elapsedMs }) => (rowCount * 1000) / elapsedMs))),
            showSpread(spreadOf(of(input, way).map(({ walBytes }) => walBytes / 1e6))),
            showSpread(
              spreadOf(
                of(input, way).map(
                  (run, index) => (of(input, "pattern")[index]?.elapsedMs ?? 0) / run.elapsedMs,
                ),
              ),
              2,
            ),
          ]),
        ),
      ),
      describeInMarkdown(environment),
    ].join("\n\n");
    const name = values.name ?? `paths-${rowCount}`;
    await writeResults(
      { folder: values.out ?? resultsFolder, name },
      { name, environment, runs },
      `${markdown}\n`,
    );
  },
);

async function load(
  way: Way,
  database: Database,
  client: pg.Client,
  rows: readonly SmallRow[],
): Promise<void> {
  if (way === "pattern") return loadByPattern(client, rows);
  await bulkLoad(database, table, rows, { policy: "update", path: way });
}

/** As the notes have it, done well: 64 KiB a write, staging analysed. */
async function loadByPattern(client: pg.Client, rows: readonly SmallRow[]): Promise<void> {
  await client.query("begin; create temp table stage (like small_rows) on commit drop");
  function* lines(): Generator<Buffer> {
    let text = "";
    for (const { id, key, value, note } of rows) {
      text += `${id}\t${key}\t${value}\t${note}\n`;
      if (text.length < 65_536) continue;
      yield Buffer.from(text);
      text = "";
    }
    yield Buffer.from(text);
  }
  await pipeline(
    Readable.from(lines()),
    client.query(copyFrom("copy stage (id, key, value, note) from stdin")),
  );
  await client.query("analyze stage");
  await client.query(`
    insert into small_rows (id, key, value, note) select id, key, value, note from stage
    on conflict (id) do update set key = excluded.key, value = excluded.value, note = excluded.note`);
  await client.query("commit");
}

async function check(client: pg.Client, rows: readonly SmallRow[]): Promise<void> {
  const wanted = rows.reduce((sum, { value }) => sum + value, 0);
  const { rows: found } = await client.query(
    "select count(*)::int as count, sum(value)::float8 as sum from small_rows",
  );
  if (found[0].count === rows.length && found[0].sum === wanted) return;
  throw new Error(`the table holds ${JSON.stringify(found[0])}`);
}
