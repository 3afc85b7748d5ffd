// The schema of a catalog as Tiled 0.2.16 makes it, written by hand from its sources (tiled-catalog.md 1.1 to 1.5).

/** Column: name, type, null?, default. */
type Column = readonly [name: string, type: string, null_: "null" | "not null", default_?: string];

const id = (table: string): Column => ["id", "integer", "not null", `nextval('${table}_id_seq'::regclass)`];
const created: Column = ["time_created", "timestamp without time zone", "null", "now()"];
const updated: Column = ["time_updated", "timestamp without time zone", "null", "now()"];

export const columns: Record<string, readonly Column[]> = {
  alembic_version: [["version_num", "character varying(32)", "not null"]],
  nodes: [
    id("nodes"),
    ["parent", "integer", "null"],
    ["key", "character varying(1023)", "not null"],
    ["structure_family", "structurefamily", "not null"],
    ["metadata", "jsonb", "not null"],
    ["specs", "jsonb", "not null"],
    ["access_blob", "jsonb", "not null"],
    created,
    updated,
  ],
  nodes_closure: [
    ["ancestor", "integer", "not null"],
    ["descendant", "integer", "not null"],
    ["depth", "integer", "not null"],
  ],
  structures: [
    ["id", "character varying(32)", "not null"],
    ["structure", "jsonb", "not null"],
  ],
  data_sources: [
    id("data_sources"),
    ["node_id", "integer", "not null"],
    ["structure_id", "character varying(32)", "null"],
    ["mimetype", "character varying(255)", "not null"],
    ["parameters", "jsonb", "null"],
    ["properties", "jsonb", "null"],
    ["management", "management", "not null"],
    ["structure_family", "structurefamily", "not null"],
    created,
    updated,
  ],
  assets: [
    id("assets"),
    ["data_uri", "character varying(1023)", "null"],
    ["is_directory", "boolean", "not null"],
    ["hash_type", "character varying(63)", "null"],
    ["hash_content", "character varying(1023)", "null"],
    ["size", "bigint", "null"],
    created,
    updated,
  ],
  data_source_asset_association: [
    ["data_source_id", "integer", "not null"],
    ["asset_id", "integer", "not null"],
    ["parameter", "character varying(255)", "null"],
    ["num", "integer", "null"],
  ],
  revisions: [
    id("revisions"),
    ["node_id", "integer", "not null"],
    ["revision_number", "integer", "not null"],
    ["metadata", "jsonb", "not null"],
    ["specs", "jsonb", "not null"],
    ["access_blob", "jsonb", "not null"],
    created,
    updated,
  ],
  webhooks: [
    id("webhooks"),
    ["node_id", "integer", "not null"],
    ["url", "character varying(2048)", "not null"],
    ["secret", "character varying(512)", "null"],
    ["events", "jsonb", "null"],
    ["active", "boolean", "not null", "true"],
    created,
    updated,
  ],
  webhook_deliveries: [
    id("webhook_deliveries"),
    ["webhook_id", "integer", "not null"],
    ["event_id", "character varying(128)", "not null"],
    ["event_type", "character varying(128)", "not null"],
    ["payload", "jsonb", "not null"],
    ["status_code", "integer", "null"],
    ["attempts", "integer", "not null", "0"],
    ["delivered_at", "timestamp without time zone", "null"],
    ["outcome", "character varying(16)", "not null", "'pending'::character varying"],
    ["error_detail", "character varying(4096)", "null"],
    created,
    updated,
  ],
  entities: [
    ["id", "character varying", "not null"],
    ["node_id", "integer", "null"],
    ["entity_type", "character varying", "not null"],
    ["name", "character varying", "not null"],
    ["uri", "character varying", "null"],
    ["properties", "json", "not null"],
    ["access_blob", "json", "null"],
    ["created_at", "timestamp with time zone", "not null"],
  ],
  links: [
    ["id", "character varying", "not null"],
    ["subject_id", "character varying", "not null"],
    ["predicate", "character varying", "not null"],
    ["object_id", "character varying", "not null"],
    ["properties", "json", "not null"],
    ["access_blob", "json", "not null"],
    ["created_at", "timestamp with time zone", "not null"],
  ],
  namespaces: [
    ["prefix", "character varying", "not null"],
    ["uri", "character varying", "not null"],
    ["created_at", "timestamp with time zone", "not null"],
  ],
};

const cascade = (column: string, table: string): string =>
  `FOREIGN KEY (${column}) REFERENCES ${table}(id) ON DELETE CASCADE`;
const association = "data_source_asset_association";

/** Name -> definition. */
export const constraints: Record<string, string> = {
  alembic_version_pkc: "PRIMARY KEY (version_num)",
  nodes_pkey: "PRIMARY KEY (id)",
  fk_nodes_parent: cascade("parent", "nodes"),
  key_parent_unique_constraint: "UNIQUE (key, parent)",
  nodes_closure_pkey: "PRIMARY KEY (ancestor, descendant)",
  nodes_closure_ancestor_fkey: cascade("ancestor", "nodes"),
  nodes_closure_descendant_fkey: cascade("descendant", "nodes"),
  structures_pkey: "PRIMARY KEY (id)",
  data_sources_pkey: "PRIMARY KEY (id)",
  data_sources_node_id_fkey: cascade("node_id", "nodes"),
  data_sources_structure_id_fkey: cascade("structure_id", "structures"),
  assets_pkey: "PRIMARY KEY (id)",
  [`${association}_pkey`]: "PRIMARY KEY (data_source_id, asset_id)",
  [`${association}_data_source_id_fkey`]: cascade("data_source_id", "data_sources"),
  [`${association}_asset_id_fkey`]: cascade("asset_id", "assets"),
  parameter_num_unique_constraint: "UNIQUE (data_source_id, parameter, num)",
  revisions_pkey: "PRIMARY KEY (id)",
  revisions_node_id_fkey: cascade("node_id", "nodes"),
  node_id_revision_number_unique_constraint: "UNIQUE (node_id, revision_number)",
  webhooks_pkey: "PRIMARY KEY (id)",
  webhooks_node_id_fkey: cascade("node_id", "nodes"),
  webhook_deliveries_pkey: "PRIMARY KEY (id)",
  webhook_deliveries_webhook_id_fkey: cascade("webhook_id", "webhooks"),
  entities_pkey: "PRIMARY KEY (id)",
  entities_node_id_fkey: cascade("node_id", "nodes"),
  links_pkey: "PRIMARY KEY (id)",
  links_subject_id_fkey: cascade("subject_id", "entities"),
  links_object_id_fkey: cascade("object_id", "entities"),
  namespaces_pkey: "PRIMARY KEY (prefix)",
};

/** Indexes that no constraint makes: name -> table, method and columns. */
export const indexes: Record<string, string> = {
  ix_nodes_parent: "nodes USING btree (parent)",
  ix_nodes_parent_id: "nodes USING btree (parent, id)",
  top_level_metadata: "nodes USING gin (parent, time_created, id, metadata, access_blob)",
  metadata_tsvector_search: `nodes USING gin (jsonb_to_tsvector('simple'::regconfig, metadata, '["string"]'::jsonb))`,
  idx_nodes_closure_ancestor: "nodes_closure USING btree (ancestor)",
  idx_nodes_closure_descendant: "nodes_closure USING btree (descendant)",
  ix_data_sources_node_id: "data_sources USING btree (node_id)",
  idx_data_sources_id_node: "data_sources USING btree (id, node_id)",
  ix_assets_data_uri: "UNIQUE assets USING btree (data_uri)",
  ix_data_source_asset_association_asset_id: `${association} USING btree (asset_id)`,
  ix_webhooks_node_id: "webhooks USING btree (node_id)",
  ix_webhook_deliveries_webhook_id: "webhook_deliveries USING btree (webhook_id)",
  ix_webhook_deliveries_event_id: "webhook_deliveries USING btree (event_id)",
  entities_node_id_idx: "entities USING btree (node_id)",
  entities_type_created_idx: "entities USING btree (entity_type, created_at)",
  entities_uri_idx: "entities USING btree (uri)",
  links_subject_predicate_idx: "links USING btree (subject_id, predicate)",
  links_predicate_object_idx: "links USING btree (predicate, object_id)",
  links_triple_idx: "links USING btree (subject_id, predicate, object_id)",
};

/** Name -> definition, without the schema. */
export const triggers: Record<string, string> = {
  update_closure_table_when_inserting:
    "AFTER INSERT ON nodes FOR EACH ROW EXECUTE FUNCTION update_closure_table_when_inserting()",
  cannot_insert_num_null_if_num_exists:
    `BEFORE INSERT ON ${association} FOR EACH ROW WHEN ((new.num IS NULL)) ` +
    "EXECUTE FUNCTION raise_if_parameter_exists()",
  cannot_insert_num_int_if_num_null_exists:
    `BEFORE INSERT ON ${association} FOR EACH ROW WHEN ((new.num IS NOT NULL)) ` +
    "EXECUTE FUNCTION raise_if_null_parameter_exists()",
  entities_node_access_blob_check:
    "BEFORE INSERT OR UPDATE ON entities FOR EACH ROW " +
    "WHEN (((new.node_id IS NOT NULL) AND (new.access_blob IS NOT NULL))) " +
    "EXECUTE FUNCTION entities_reject_node_access_blob()",
};

/** Labels in their order. */
export const enums: Record<string, readonly string[]> = {
  management: ["external", "immutable", "locked", "writable"],
  structurefamily: ["array", "awkward", "bytes", "container", "ragged", "sparse", "table"],
};
