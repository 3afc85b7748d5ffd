"""The notes' bulk registration, as their text describes it: SQLAlchemy on SQLite.

Trigger dropped, rows inserted one by one with text() statements in one transaction, the closure rebuilt with one
statement a depth, the trigger made again. Takes the path of a catalog that Tiled has made and of an NDJSON file with
one node a line; prints {"elapsedMs": ...}. The lines are read and parsed before the clock starts.
"""

import json
import sys
import time

from sqlalchemy import create_engine, text

TRIGGER = "update_closure_table_when_inserting"

INSERT_NODE = text(
    """INSERT INTO nodes (parent, key, structure_family, metadata, specs, access_blob)
    VALUES (:parent, :key, :structure_family, :metadata, :specs, :access_blob)"""
)
INSERT_STRUCTURE = text("INSERT OR IGNORE INTO structures (id, structure) VALUES (:id, :structure)")
INSERT_ASSET = text("INSERT INTO assets (data_uri, is_directory, size) VALUES (:data_uri, :is_directory, :size)")
INSERT_SOURCE = text(
    """INSERT INTO data_sources
    (node_id, structure_id, mimetype, parameters, properties, management, structure_family)
    VALUES (:node_id, :structure_id, :mimetype, :parameters, :properties, :management, :structure_family)"""
)
INSERT_ASSOCIATION = text(
    """INSERT INTO data_source_asset_association (data_source_id, asset_id, parameter, num)
    VALUES (:data_source_id, :asset_id, :parameter, :num)"""
)

# One statement a depth, as in the notes, and one more: here a dataset stands between the root and its entities.
CLOSURE = [
    "DELETE FROM nodes_closure",
    "INSERT INTO nodes_closure (ancestor, descendant, depth) SELECT id, id, 0 FROM nodes",
    """INSERT INTO nodes_closure (ancestor, descendant, depth)
    SELECT parent, id, 1 FROM nodes WHERE parent IS NOT NULL""",
    """INSERT INTO nodes_closure (ancestor, descendant, depth)
    SELECT p.parent, n.id, 2 FROM nodes n JOIN nodes p ON n.parent = p.id WHERE p.parent IS NOT NULL""",
    """INSERT INTO nodes_closure (ancestor, descendant, depth)
    SELECT g.parent, n.id, 3 FROM nodes n JOIN nodes p ON n.parent = p.id JOIN nodes g ON p.parent = g.id
    WHERE g.parent IS NOT NULL""",
]


def insert_nodes(conn, nodes):
    ids = {(): 0}
    for node in nodes:
        path = tuple(node["path"])
        values = {
            "parent": ids[path],
            "key": node["key"],
            "structure_family": node["structureFamily"],
            "metadata": json.dumps(node["metadata"]),
            "specs": json.dumps([]),
            "access_blob": json.dumps({}),
        }
        node["id"] = conn.execute(INSERT_NODE, values).lastrowid
        if node["structureFamily"] == "container":
            ids[path + (node["key"],)] = node["id"]


def insert_data(conn, nodes):
    structures, assets = set(), {}
    for node in nodes:
        data = node["data"]
        if data is None:
            continue
        if node["structureId"] not in structures:
            structures.add(node["structureId"])
            conn.execute(INSERT_STRUCTURE, {"id": node["structureId"], "structure": json.dumps(node["structure"])})
        source = {
            "node_id": node["id"],
            "structure_id": node["structureId"],
            "mimetype": data["mimetype"],
            "parameters": json.dumps(node["parameters"]),
            "properties": json.dumps({}),
            "management": data["management"],
            "structure_family": node["structureFamily"],
        }
        source_id = conn.execute(INSERT_SOURCE, source).lastrowid
        for asset in data["assets"]:
            uri = asset["dataUri"]
            if uri not in assets:
                values = {"data_uri": uri, "is_directory": asset["isDirectory"], "size": asset["size"]}
                assets[uri] = conn.execute(INSERT_ASSET, values).lastrowid
            link = {"data_source_id": source_id, "asset_id": assets[uri]}
            link |= {"parameter": asset["parameter"], "num": asset["num"]}
            conn.execute(INSERT_ASSOCIATION, link)


def main(database, lines):
    with open(lines, encoding="utf-8") as file:
        nodes = [json.loads(line) for line in file]
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as conn:
        trigger = conn.execute(text("SELECT sql FROM sqlite_master WHERE name = :name"), {"name": TRIGGER}).scalar()
        conn.rollback()
        start = time.perf_counter()
        conn.execute(text(f"DROP TRIGGER {TRIGGER}"))
        insert_nodes(conn, nodes)
        insert_data(conn, nodes)
        for statement in CLOSURE:
            conn.execute(text(statement))
        conn.exec_driver_sql(trigger)
        conn.commit()
        conn.execute(text("ANALYZE"))
        conn.commit()
    print(json.dumps({"elapsedMs": (time.perf_counter() - start) * 1000}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
