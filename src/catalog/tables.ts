// The catalog's tables by their qualified names, and as the engine sees them.

import type { TableDescription } from "../bulk/index.ts";
import { quoteIdentifier } from "../database/identifiers.ts";

/** Quoted names, ready for SQL. */
export interface CatalogNames {
  schema: string;
  nodes: string;
  closure: string;
  structures: string;
  dataSources: string;
  assets: string;
  associations: string;
  revisions: string;
  familyType: string;
  managementType: string;
}

export const closureTrigger = "update_closure_table_when_inserting";

/** Triggers that Tiled's tables have; what they do, a load does as sets. */
export const associationTriggers = [
  "cannot_insert_num_null_if_num_exists",
  "cannot_insert_num_int_if_num_null_exists",
] as const;

/** What a load fills, in the order in which Tiled writes, so that locks are taken in that order. */
export function loadedTables(names: CatalogNames): string[] {
  const { nodes, closure, structures, dataSources, assets, associations } = names;
  return [nodes, closure, structures, dataSources, assets, associations];
}

export function catalogNames(schema: string): CatalogNames {
  return {
    schema,
    nodes: quoteIdentifier(schema, "nodes"),
    closure: quoteIdentifier(schema, "nodes_closure"),
    structures: quoteIdentifier(schema, "structures"),
    dataSources: quoteIdentifier(schema, "data_sources"),
    assets: quoteIdentifier(schema, "assets"),
    associations: quoteIdentifier(schema, "data_source_asset_association"),
    revisions: quoteIdentifier(schema, "revisions"),
    familyType: quoteIdentifier(schema, "structurefamily"),
    managementType: quoteIdentifier(schema, "management"),
  };
}

function describe(
  schema: string,
  name: string,
  conflictKey: string[],
  columns: readonly (readonly [string, string])[],
): TableDescription {
  return { schema, name, conflictKey, columns: columns.map(([column, type]) => ({ name: column, type })) };
}

/** Nodes: the old row stays but for metadata, specs and the time of the change. */
export function nodesTable(schema: string): TableDescription {
  return {
    ...describe(
      schema,
      "nodes",
      ["key", "parent"],
      [
        ["id", "int4"],
        ["parent", "int4"],
        ["key", "text"],
        ["structure_family", "text"],
        ["metadata", "jsonb"],
        ["specs", "jsonb"],
        ["access_blob", "jsonb"],
        ["time_created", "text"],
        ["time_updated", "text"],
      ],
    ),
    updateColumns: ["metadata", "specs"],
    touchColumns: ["time_updated"],
  };
}

export function structuresTable(schema: string): TableDescription {
  return describe(
    schema,
    "structures",
    ["id"],
    [
      ["id", "text"],
      ["structure", "jsonb"],
    ],
  );
}

export function assetsTable(schema: string): TableDescription {
  return describe(
    schema,
    "assets",
    ["data_uri"],
    [
      ["data_uri", "text"],
      ["is_directory", "bool"],
      ["size", "int8"],
      ["time_created", "text"],
      ["time_updated", "text"],
    ],
  );
}
