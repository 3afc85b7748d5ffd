// The indexes that serve the SQL that Tiled itself sends: it names no column, so the expressions are those of its queries.

import { quoteIdentifier } from "../../database/index.ts";
import type { CatalogNames } from "../tables.ts";
import { indexName } from "./target.ts";
import type { PromotedKind, PromotedTarget } from "./types.ts";

export interface IndexShape {
  kind: PromotedKind;
  name: string;
  /** Ready to run, outside a transaction. */
  statement: string;
}

export interface ShapeParts {
  target: PromotedTarget;
  datasetId: number | null;
  /** The path as one literal of a text[]. */
  pathLiteral: string;
  /** Each key of the path as a literal. */
  keyLiterals: readonly string[];
  /** Quoted schema of pg_trgm's operator classes; null: no index for LIKE. */
  trigramSchema: string | null;
}

export function indexShape(names: CatalogNames, kind: PromotedKind, parts: ShapeParts): IndexShape {
  const name = indexName(kind, parts.target, parts.datasetId);
  const { columns, conditions } = describe(kind, parts);
  if (parts.datasetId !== null) conditions.unshift(`parent = ${parts.datasetId}`);
  const where = conditions.length === 0 ? "" : ` where ${conditions.join(" and ")}`;
  return {
    kind,
    name,
    statement: `create index concurrently ${quoteIdentifier(name)} on ${names.nodes} using ${columns}${where}`,
  };
}

interface Description {
  columns: string;
  conditions: string[];
}

function describe(kind: PromotedKind, parts: ShapeParts): Description {
  const { pathLiteral, keyLiterals, trigramSchema } = parts;
  switch (kind) {
    case "comparison":
      return { columns: `btree (parent, (metadata #> ${pathLiteral}::text[]), id)`, conditions: [] };
    case "sort": {
      // ORDER BY goes down key by key, which is another expression than #> to the planner.
      const value = keyLiterals.reduce((above, key) => `(${above} -> ${key}::text)`, "metadata");
      return { columns: `btree (parent, ${value}, id)`, conditions: [] };
    }
    case "like": {
      const text = `(metadata #>> ${pathLiteral}::text[])`;
      // LIKE is strict, so it implies the condition, and the index has no entry for nodes without the key.
      return {
        columns: `gin (parent, ${text} ${trigramSchema}.gin_trgm_ops)`,
        conditions: [`${text} is not null`],
      };
    }
    case "specs":
      return { columns: "gin (parent, specs jsonb_path_ops)", conditions: [] };
    case "family":
      return { columns: "btree (parent, structure_family, id)", conditions: [] };
  }
}
