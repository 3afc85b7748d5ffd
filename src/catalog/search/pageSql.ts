// One page of a search, by keyset: it starts where the last one ended, so that a far page costs what the first does.

import { foundSql } from "./conditionSql.ts";
import { makeParameters, type Parameters, type Statement } from "./parameters.ts";
import type { Place } from "./place.ts";
import { matchesSql, type ResolvedSearch } from "./resolve.ts";
import { pathSql } from "./scope.ts";
import type { FoundNode, SortKey } from "./types.ts";

/**
 * An order by one key is read in two parts, the nodes that have it and then those that do not: each is a range of the
 * index (parent, value, id), in either direction, while `nulls last` would be a range of it upwards only.
 */
export type PagePart = "all" | "present" | "missing";

export interface FoundRow extends FoundNode {
  /** Behind what is above the scope. */
  path: string;
  /** JSON text of the values that the row is sorted by, where it is. */
  place?: (string | null)[];
}

export interface PageOptions {
  part: PagePart;
  after: Place | null;
  /** Null: all. */
  limit: number | null;
}

/** The parts that a page may have nodes from, in order. */
export function listParts(sort: readonly SortKey[], after: Place | null): PagePart[] {
  if (sort.length !== 1) return ["all"];
  return after?.values[0] === null ? ["missing"] : ["present", "missing"];
}

/**
 * Rows of FoundRow. Without an order, the server computes nothing that is not a column: it would do so for all that match
 * before it sorts them and takes a page (1.7 ms of its time in place of 1.4 for 1,000 matches).
 */
export function pageSql(search: ResolvedSearch, options: PageOptions): Statement {
  const parameters = makeParameters();
  const keys = search.sort.map(({ path, descending }) => ({
    found: foundSql(path, parameters),
    isDescending: descending === true,
  }));
  const place =
    keys.length === 0 ? "" : `,\n  array[${keys.map(({ found }) => `${found}::text`).join(", ")}] as place`;
  const { conditions, order } = orderedPart(keys, options, parameters);
  const listed = listedSql(search, options, parameters);
  const matches = matchesSql(search, parameters, [...conditions, ...listed]);
  const limit = options.limit === null ? "" : `\nlimit ${parameters.add(options.limit)}::int8`;
  return {
    text: `\
select n.id, ${pathSql(search.scope, search.names)} as path, n.structure_family as "structureFamily", n.metadata${place}
${matches}
order by ${order.join(", ")}${limit}`,
    values: parameters.values,
  };
}

/**
 * A page of all children has its ids from the index (parent, id) alone. For whole rows the planner may walk the primary
 * key instead, past the children of all others: 200,000 rows and 62 ms in place of 0.3 for the second of two containers
 * of 200,000 each, under the server's own random_page_cost.
 */
function listedSql(
  { scope, names, where, sort }: ResolvedSearch,
  { after, limit }: PageOptions,
  parameters: Parameters,
): string[] {
  if (scope.kind !== "children" || where !== null || sort.length > 0 || limit === null) return [];
  const beyond = after === null ? "" : ` and c.id > ${parameters.add(after.id)}::int`;
  return [
    `n.id = any(array(select c.id from ${names.nodes} c where c.parent = ${parameters.add(scope.id)}::int${beyond}
    order by c.id limit ${parameters.add(limit)}::int8))`,
  ];
}

interface OrderKey {
  found: string;
  isDescending: boolean;
}

function orderedPart(
  keys: readonly OrderKey[],
  { part, after }: PageOptions,
  parameters: Parameters,
): { conditions: string[]; order: string[] } {
  // The id goes the way of the last key, as an index does that is read backwards.
  const isBackward = keys.at(-1)?.isDescending === true;
  const direction = isBackward ? " desc" : "";
  const beyond = isBackward ? "<" : ">";
  const id = `n.id${direction}`;
  const [key] = keys;
  if (part === "all" || key === undefined) {
    return {
      conditions: after === null ? [] : [afterSql(keys, after, { parameters, beyond })],
      order: [...keys.map((one) => `${one.found}${one.isDescending ? " desc" : ""} nulls last`), id],
    };
  }
  // The planner does not see that a value which is missing is the same in all rows: the order names it nevertheless.
  const order = [`${key.found}${direction}`, id];
  const value = after?.values[0] ?? null;
  if (part === "missing") {
    const isAfter =
      after !== null && value === null ? [`n.id ${beyond} ${parameters.add(after.id)}::int`] : [];
    return { conditions: [`${key.found} is null`, ...isAfter], order };
  }
  const isAfter =
    after === null
      ? []
      : [
          `(${key.found}, n.id) ${beyond} (${parameters.add(value)}::jsonb, ${parameters.add(after.id)}::int)`,
        ];
  return { conditions: [`${key.found} is not null`, ...isAfter], order };
}

/** Several keys: the first is beyond its value, or it is the same and the second is beyond its own, and so on. */
function afterSql(
  keys: readonly OrderKey[],
  after: Place,
  { parameters, beyond }: { parameters: Parameters; beyond: string },
): string {
  const same: string[] = [];
  const alternatives: string[] = [];
  keys.forEach(({ found, isDescending }, index) => {
    const value = after.values[index] ?? null;
    if (value === null) {
      // Missing comes last: nothing is beyond it.
      same.push(`${found} is null`);
      return;
    }
    const wanted = `${parameters.add(value)}::jsonb`;
    const isBeyond = `(${found} ${isDescending ? "<" : ">"} ${wanted} or ${found} is null)`;
    alternatives.push([...same, isBeyond].join(" and "));
    same.push(`${found} = ${wanted}`);
  });
  alternatives.push([...same, `n.id ${beyond} ${parameters.add(after.id)}::int`].join(" and "));
  return `(${alternatives.map((one) => `(${one})`).join("\n    or ")})`;
}
