// The catalog's tables by their qualified names, and as the engine sees them.

import type { StagingPlace, TableDescription } from "../bulk/index.ts";
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

/** What is written to: the names, and what was found there. */
export interface CatalogTarget extends CatalogNames {
  /** Nodes and revisions have a column access_blob. Since Tiled 0.2.19 access is kept as tags, in tables of their own. */
  hasAccessBlob: boolean;
  /** The tables live on a worker of a Citus cluster, all on the same one. */
  isDistributed: boolean;
}

export const closureTrigger = "update_closure_table_when_inserting";

/** Triggers that Tiled's tables have; what they do, a load does as sets. */
export const associationTriggers = [
  "cannot_insert_num_null_if_num_exists",
  "cannot_insert_num_int_if_num_null_exists",
] as const;

/** Since Tiled 0.2.19: the tags of a node that moves follow it. No load moves one, so it may be passed over. */
export const moveTrigger = "node_access_tags_sync_parent_after_node_update";

/** What a load fills, in the order in which Tiled writes, so that locks are taken in that order. */
export function loadedTables(names: CatalogNames): string[] {
  const { nodes, closure, structures, dataSources, assets, associations } = names;
  return [nodes, closure, structures, dataSources, assets, associations];
}

/** Staging is next to the catalog's tables where they live on another server. */
export function stagingPlaceOf({ isDistributed }: CatalogTarget): StagingPlace {
  return isDistributed ? "beside" : "temp";
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

/** What nodes and revisions hold in the same columns, as a list for SQL: `s.metadata, s.specs, s.access_blob`. */
export function contentColumns({ hasAccessBlob }: CatalogTarget, row?: string): string {
  const columns = ["metadata", "specs", ...(hasAccessBlob ? ["access_blob"] : [])];
  return columns.map((column) => (row === undefined ? column : `${row}.${column}`)).join(", ");
}

/** Nodes: the old row stays but for metadata, specs and the time of the change. */
export function nodesTable({ schema, hasAccessBlob }: CatalogTarget): TableDescription {
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
        ...(hasAccessBlob ? [["access_blob", "jsonb"] as const] : []),
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
