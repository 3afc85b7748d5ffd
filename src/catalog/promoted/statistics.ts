// What the planner knows of a key's values. Statistics of a partial index are not used for estimates. Without others it
// takes any range for a third of the children and walks all of them by id (8 ms in place of 0.1 with 3,000), and any
// pattern of LIKE for a few, so that one which fits all goes through the index (100 ms in place of 1 with 40,000).

import { createHash } from "node:crypto";
import type { PoolClient } from "pg";
import { quoteIdentifier } from "../../database/index.ts";
import type { CatalogNames } from "../tables.ts";
import type { PromotedKind } from "./types.ts";

/** Statistics that every ANALYZE of the nodes renews. */
export interface StatisticsShape {
  name: string;
  statement: string;
}

const operators = { value: "#>", text: "#>>" } as const;

/** For all datasets for which the key is promoted, so one of each serves. */
function statisticsName(path: readonly string[], of: keyof typeof operators): string {
  const hash = createHash("sha256").update(JSON.stringify(path)).digest("hex").slice(0, 16);
  return `copycat_key_statistics_${of}_${hash}`;
}

export interface StatisticsParts {
  path: readonly string[];
  /** The path as a literal of a text[]. */
  pathLiteral: string;
  kinds: readonly PromotedKind[];
  datasetId: number | null;
}

/** What the indexes themselves do not tell the planner; that over all nodes for comparisons does. */
export function statisticsShapes(
  names: CatalogNames,
  { path, pathLiteral, kinds, datasetId }: StatisticsParts,
): StatisticsShape[] {
  const make = (of: keyof typeof operators): StatisticsShape => {
    const name = statisticsName(path, of);
    const expression = `(metadata ${operators[of]} ${pathLiteral}::text[])`;
    const qualified = quoteIdentifier(names.schema, name);
    return { name, statement: `create statistics ${qualified} on ${expression} from ${names.nodes}` };
  };
  return [
    ...(kinds.includes("comparison") && datasetId !== null ? [make("value")] : []),
    ...(kinds.includes("like") ? [make("text")] : []),
  ];
}

/** False when they were there before. */
export async function ensureStatistics(
  client: PoolClient,
  names: CatalogNames,
  { name, statement }: StatisticsShape,
): Promise<boolean> {
  const { rows } = await client.query(
    "select from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where s.stxname = $1 and n.nspname = $2",
    [name, names.schema],
  );
  if (rows.length === 0) await client.query(statement);
  return rows.length === 0;
}

/** Those of a key, whichever there are. */
export async function dropStatistics(
  client: PoolClient,
  names: CatalogNames,
  path: readonly string[],
): Promise<void> {
  const statistics = (["value", "text"] as const).map((of) =>
    quoteIdentifier(names.schema, statisticsName(path, of)),
  );
  await client.query(`drop statistics if exists ${statistics.join(", ")}`);
}
