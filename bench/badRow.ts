// What one bad row among many costs: the same load with and without it, in turn.

import { parseArgs } from "node:util";
import { bulkLoad, type MergePolicy, openDatabase, type RejectedRow } from "../src/index.ts";
import {
  checkTable,
  createTable,
  expectState,
  makeRows,
  type SmallRow,
  table,
  withBadRow,
} from "./badRow/rows.ts";
import type { TableState } from "./support/checksum.ts";
import { describeEnvironment } from "./support/environment.ts";
import { checkpoint, type Measured, measure } from "./support/measure.ts";
import { count, oneOf, serverOptions, settings } from "./support/options.ts";
import { integer, makeRandom } from "./support/random.ts";
import { describeInMarkdown, markdownTable, resultsFolder, writeResults } from "./support/results.ts";
import { type BenchDatabase, withBenchDatabase } from "./support/server.ts";
import { rotate, showNumber, showSpread, spreadOf } from "./support/statistics.ts";

/** `again` is a second clean load: what it differs by is noise. */
const kinds = ["clean", "bad", "again"] as const;
type Kind = (typeof kinds)[number];

interface Round {
  round: number;
  badIndex: number;
  order: Kind[];
  runs: Record<Kind, Measured>;
  /** How much longer the load with the bad row took than the two clean ones did on average, in percent. */
  pricePercent: number;
  /** How much longer the second clean load took than the first. */
  noisePercent: number;
}

const { values } = parseArgs({ options: { ...serverOptions, policy: { type: "string" } } });
const rowCount = count("rows", values.rows, 1_000_000);
const roundCount = count("rounds", values.rounds, 5);
const policy = oneOf<MergePolicy>("policy", values.policy, ["skip", "update", "error"]) ?? "skip";

await withBenchDatabase(
  { dsn: values.dsn, server: values.server, settings: settings(values.set) },
  async (bench) => {
    const client = await bench.connect();
    const environment = await describeEnvironment(client, ["pg"]);
    await client.end();
    const rows = makeRows(rowCount);
    const expected = expectState(rows);
    const random = makeRandom(3);
    const rounds: Round[] = [];
    // Not counted: the first load pays for compiling the code and for new files of the server's log.
    await load(bench, rows, expected, null);
    for (let index = 0; index < roundCount; index++) {
      const badIndex = integer(random, 0, rowCount);
      const order = rotate(kinds, index);
      const runs: Partial<Record<Kind, Measured>> = {};
      for (const kind of order) {
        runs[kind] = await load(bench, rows, expected, kind === "bad" ? badIndex : null);
      }
      const round = makeRound(index + 1, badIndex, order, runs as Record<Kind, Measured>);
      rounds.push(round);
      console.log(
        `round ${index + 1}: row ${badIndex} bad: ${round.pricePercent.toFixed(1)} %, ` +
          `none bad: ${round.noisePercent.toFixed(1)} %`,
      );
    }
    await report(rounds, environment);
  },
);

function makeRound(round: number, badIndex: number, order: Kind[], runs: Record<Kind, Measured>): Round {
  const [clean, bad, again] = kinds.map((kind) => runs[kind].elapsedMs) as [number, number, number];
  return {
    round,
    badIndex,
    order,
    runs,
    pricePercent: ((2 * bad) / (clean + again) - 1) * 100,
    noisePercent: (again / clean - 1) * 100,
  };
}

/** One load into a fresh table; the table and the rejects are checked after it. */
async function load(
  bench: BenchDatabase,
  rows: readonly SmallRow[],
  expected: TableState,
  badIndex: number | null,
): Promise<Measured> {
  const observer = await bench.connect();
  const database = await openDatabase({ dsn: bench.dsn });
  const rejects: RejectedRow[] = [];
  try {
    await createTable(observer);
    await checkpoint(observer);
    const measured = await measure(observer, () =>
      bulkLoad(database, table, withBadRow(rows, badIndex), {
        policy,
        onReject: (reject) => {
          rejects.push(reject);
        },
      }),
    );
    await checkTable(observer, expected, badIndex === null ? undefined : rows[badIndex]);
    const told = rejects.map(({ position, code }) => `${position} ${code}`).join();
    // 23514 check_violation
    const wanted = badIndex === null ? "" : `${badIndex} 23514`;
    if (told !== wanted) throw new Error(`rejects are "${told}" and should be "${wanted}"`);
    return measured;
  } finally {
    await database.close();
    await observer.end();
  }
}

async function report(
  rounds: readonly Round[],
  environment: Awaited<ReturnType<typeof describeEnvironment>>,
): Promise<void> {
  const price = spreadOf(rounds.map(({ pricePercent }) => pricePercent));
  const noise = spreadOf(rounds.map(({ noisePercent }) => noisePercent));
  const rates = (kind: Kind) => spreadOf(rounds.map(({ runs }) => (rowCount * 1000) / runs[kind].elapsedMs));
  const summary = {
    pricePercent: price,
    noisePercent: noise,
    cleanRowsPerSecond: rates("clean"),
    badRowsPerSecond: rates("bad"),
  };
  const markdown = [
    `# One bad row among ${showNumber(rowCount)}, policy ${policy}, ${rounds.length} rounds`,
    `The bad row's price: ${showSpread(price, 1)} % of the two clean loads of the same round, which differ from ` +
      `each other by ${showSpread(noise, 1)} %: median (minimum - maximum).`,
    markdownTable(
      ["round", "bad row", "clean ms", "with the bad row ms", "clean again ms", "price %", "noise %"],
      rounds.map(({ round, badIndex, runs, pricePercent, noisePercent }) => [
        `${round}`,
        showNumber(badIndex),
        ...kinds.map((kind) => showNumber(runs[kind].elapsedMs)),
        showNumber(pricePercent, 1),
        showNumber(noisePercent, 1),
      ]),
    ),
    `Clean: ${showSpread(rates("clean"))} rows/s. With the bad row: ${showSpread(rates("bad"))} rows/s.`,
    describeInMarkdown(environment),
  ].join("\n\n");
  const name = values.name ?? `badRow-${rowCount}`;
  const results = { name, rows: rowCount, rounds: rounds.length, policy, environment, summary, runs: rounds };
  await writeResults({ folder: values.out ?? resultsFolder, name }, results, `${markdown}\n`);
}
