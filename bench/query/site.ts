// A catalog of one size with all that is asked of it, and all who answer: the same nodes twice in PostgreSQL, without and
// with promoted keys, a Tiled server on each, and once in SQLite.

import type { Catalog, Catalogs } from "../increment/catalogs.ts";
import { makeFacts } from "./facts.ts";
import { makeOurs } from "./ours.ts";
import { type Promotion, promote } from "./promote.ts";
import { type Asked, makeAsks } from "./questions.ts";
import { makeSqlite } from "./sqlite.ts";
import { makeStatements, type NodeIds } from "./statements.ts";
import { makeHttp } from "./tiledHttp.ts";
import { datasetKey, type PeerName, type Way } from "./types.ts";

export interface Site {
  entities: number;
  /** By the name of the question. */
  asks: ReadonlyMap<string, readonly Asked[]>;
  ways: readonly Way[];
  promotions: readonly Promotion[];
}

export interface SiteOptions {
  entities: number;
  peers: readonly PeerName[];
  /** Different asks of each question. */
  repetitions: number;
  /** Gets each way as it is started, so that it can be closed whatever happens to the next. */
  opened: Way[];
}

/** @param plain just loaded with so many entities of load/nodes.ts */
export async function prepareSite(catalogs: Catalogs, plain: Catalog, options: SiteOptions): Promise<Site> {
  const { entities, peers, repetitions, opened } = options;
  await plain.database.pool.query("vacuum (analyze)");
  const promoted = await catalogs.copy(`promoted_${entities}`, plain);
  const promotions = await promote(promoted);
  const facts = await makeFacts(entities);
  const asks = makeAsks(facts, repetitions);
  const shared = {
    keys: facts.entities.map(({ key }) => key),
    ids: await findIds(plain),
    asks: [...asks.values()].flat().map(({ ask }) => ask),
  };
  if (shared.ids.entities.length !== entities) throw new Error("The catalog holds other entities.");
  const ways: Way[] = [];
  const add = (way: Way): void => {
    ways.push(way);
    opened.push(way);
  };
  for (const [catalog, suffix, words] of [
    [plain, "", ""],
    [promoted, "Promoted", ", promoted keys"],
  ] as const) {
    const named = (name: string, label: string) => ({
      ...shared,
      name: `${name}${suffix}`,
      label: `${label}${words}`,
    });
    add(await makeOurs(catalog.database, named("ours", "copycat")));
    if (peers.includes("statements")) {
      add(makeStatements(await catalog.connect(), named("statements", "Tiled's SQL")));
    }
    if (peers.includes("http")) add(await makeHttp(catalog.dsn, named("http", "Tiled, HTTP")));
  }
  if (peers.includes("sqlite")) add(await makeSqlite(entities, shared.keys));
  return { entities, asks, ways, promotions };
}

/** The same in both catalogs: one is a copy of the other, files and all. */
async function findIds({ database }: Catalog): Promise<NodeIds> {
  const { rows } = await database.pool.query<{ dataset: number; id: number }>(
    `select d.id as dataset, n.id from nodes d join nodes n on n.parent = d.id
    where d.parent = 0 and d.key = $1 order by n.id`,
    [datasetKey],
  );
  return { dataset: rows[0]?.dataset ?? 0, entities: rows.map(({ id }) => id) };
}
