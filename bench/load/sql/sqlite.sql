-- The tables of a Tiled 0.2.16 catalog in SQLite, as `tiled catalog init sqlite:///FILE` makes them.

-- Written from sqlite_master of such a file; those of the graph and the webhooks, which no load fills, are left out.

CREATE TABLE nodes (
  id INTEGER NOT NULL,
  parent INTEGER,
  "key" VARCHAR(1023) NOT NULL,
  structure_family VARCHAR(9) NOT NULL,
  metadata JSON NOT NULL,
  specs JSON NOT NULL,
  access_blob JSON NOT NULL,
  time_created DATETIME DEFAULT CURRENT_TIMESTAMP,
  time_updated DATETIME DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  CONSTRAINT key_parent_unique_constraint UNIQUE ("key", parent),
  CONSTRAINT fk_nodes_parent FOREIGN KEY(parent) REFERENCES nodes (id) ON DELETE CASCADE
);

CREATE INDEX ix_nodes_parent_id ON nodes (parent, id);

CREATE INDEX top_level_metadata ON nodes (parent, time_created, id, metadata, access_blob);

CREATE INDEX ix_nodes_parent ON nodes (parent);

CREATE VIRTUAL TABLE metadata_fts5 USING fts5(metadata, content='nodes', content_rowid='id');

CREATE TRIGGER nodes_metadata_fts5_sync_ai AFTER INSERT ON nodes BEGIN
              INSERT INTO metadata_fts5(rowid, metadata)
              VALUES (new.id, new.metadata);
            END;

CREATE TRIGGER nodes_metadata_fts5_sync_ad AFTER DELETE ON nodes BEGIN
              INSERT INTO metadata_fts5(metadata_fts5, rowid, metadata)
              VALUES('delete', old.id, old.metadata);
            END;

CREATE TRIGGER nodes_metadata_fts5_sync_au AFTER UPDATE ON nodes BEGIN
              INSERT INTO metadata_fts5(metadata_fts5, rowid, metadata)
              VALUES('delete', old.id, old.metadata);
              INSERT INTO metadata_fts5(rowid, metadata)
              VALUES (new.id, new.metadata);
            END;

CREATE TABLE structures (
  id VARCHAR(32) NOT NULL,
  structure JSON NOT NULL,
  PRIMARY KEY (id),
  UNIQUE (id)
);

CREATE TABLE assets (
  id INTEGER NOT NULL,
  data_uri VARCHAR(1023),
  is_directory BOOLEAN NOT NULL,
  hash_type VARCHAR(63),
  hash_content VARCHAR(1023),
  size BIGINT,
  time_created DATETIME DEFAULT CURRENT_TIMESTAMP,
  time_updated DATETIME DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id)
);

CREATE UNIQUE INDEX ix_assets_data_uri ON assets (data_uri);

CREATE TABLE nodes_closure (
  ancestor INTEGER NOT NULL,
  descendant INTEGER NOT NULL,
  depth INTEGER NOT NULL,
  PRIMARY KEY (ancestor, descendant),
  FOREIGN KEY(ancestor) REFERENCES nodes (id) ON DELETE CASCADE,
  FOREIGN KEY(descendant) REFERENCES nodes (id) ON DELETE CASCADE
);

CREATE INDEX idx_nodes_closure_descendant ON nodes_closure (descendant);

CREATE INDEX idx_nodes_closure_ancestor ON nodes_closure (ancestor);

CREATE TRIGGER update_closure_table_when_inserting
AFTER INSERT ON nodes
BEGIN
    INSERT INTO nodes_closure(ancestor, descendant, depth)
    SELECT NEW.id, NEW.id, 0;
    INSERT INTO nodes_closure(ancestor, descendant, depth)
    SELECT p.ancestor, c.descendant, p.depth+c.depth+1
    FROM nodes_closure p, nodes_closure c
    WHERE p.descendant=NEW.parent and c.ancestor=NEW.id;
END;

CREATE TABLE data_sources (
  id INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  structure_id VARCHAR(32),
  mimetype VARCHAR(255) NOT NULL,
  parameters JSON,
  properties JSON,
  management VARCHAR(9) NOT NULL,
  structure_family VARCHAR(9) NOT NULL,
  time_created DATETIME DEFAULT CURRENT_TIMESTAMP,
  time_updated DATETIME DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  FOREIGN KEY(node_id) REFERENCES nodes (id) ON DELETE CASCADE,
  FOREIGN KEY(structure_id) REFERENCES structures (id) ON DELETE CASCADE
);

CREATE INDEX idx_data_sources_id_node ON data_sources (id, node_id);

CREATE INDEX ix_data_sources_node_id ON data_sources (node_id);

CREATE TABLE revisions (
  id INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  revision_number INTEGER NOT NULL,
  metadata JSON NOT NULL,
  specs JSON NOT NULL,
  access_blob JSON NOT NULL,
  time_created DATETIME DEFAULT CURRENT_TIMESTAMP,
  time_updated DATETIME DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (id),
  CONSTRAINT node_id_revision_number_unique_constraint UNIQUE (node_id, revision_number),
  FOREIGN KEY(node_id) REFERENCES nodes (id) ON DELETE CASCADE
);

CREATE TABLE data_source_asset_association (
  data_source_id INTEGER NOT NULL,
  asset_id INTEGER NOT NULL,
  parameter VARCHAR(255),
  num INTEGER,
  CONSTRAINT data_source_asset_association_pkey PRIMARY KEY (data_source_id, asset_id),
  CONSTRAINT parameter_num_unique_constraint UNIQUE (data_source_id, parameter, num),
  FOREIGN KEY(data_source_id) REFERENCES data_sources (id) ON DELETE CASCADE,
  FOREIGN KEY(asset_id) REFERENCES assets (id) ON DELETE CASCADE
);

CREATE INDEX ix_data_source_asset_association_asset_id ON data_source_asset_association (asset_id);

CREATE TRIGGER cannot_insert_num_null_if_num_exists
BEFORE INSERT ON data_source_asset_association
WHEN NEW.num IS NULL
BEGIN
    SELECT RAISE(ABORT, 'Can only insert num=NULL if no other row exists for the same parameter')
    WHERE EXISTS
    (
        SELECT 1
        FROM data_source_asset_association
        WHERE parameter = NEW.parameter
        AND data_source_id = NEW.data_source_id
    );
END;

CREATE TRIGGER cannot_insert_num_int_if_num_null_exists
BEFORE INSERT ON data_source_asset_association
WHEN NEW.num IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'Can only insert INTEGER num if no NULL row exists for the same parameter')
    WHERE EXISTS
    (
        SELECT 1
        FROM data_source_asset_association
        WHERE parameter = NEW.parameter
        AND num IS NULL
        AND data_source_id = NEW.data_source_id
    );
END;

CREATE TABLE alembic_version (
  version_num VARCHAR(32) NOT NULL,
  CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);

INSERT INTO nodes (id, "key", parent, structure_family, metadata, specs, access_blob)
VALUES (0, '', NULL, 'container', '{}', '[]', '{}');

INSERT INTO alembic_version (version_num) VALUES ('c31f6a1d7e20');
