"""Listing, paging, metadata and every query, against what the catalog was made of.

{"nodes": NDJSON of every node (path, family, metadata, specs), "made": NDJSON of the records below /made}
"""

import json
import re

from checks import arguments, check, connect, equal, read_lines, refused, walk
from tiled.queries import (
    Comparison,
    Contains,
    Eq,
    FullText,
    In,
    Key,
    KeyPresent,
    KeysFilter,
    Like,
    NotEq,
    NotIn,
    SpecsQuery,
    StructureFamilyQuery,
)

nodes = {node["path"]: node for node in read_lines(arguments["nodes"])}
records = [record for record in read_lines(arguments["made"]) if record["path"].count("/") == 2]
keys = [record["path"].rsplit("/", 1)[-1] for record in records]
root = connect()
made = root["made"]


def value_of(record, key):
    """The value at a dotted key, or None when there is none."""
    value = record["metadata"]
    for segment in key.split("."):
        value = value.get(segment) if isinstance(value, dict) else None
    return value


def where(test):
    return [key for key, record in zip(keys, records) if test(record)]


def finds(query, test):
    """The keys of a search are those of the records for which the test holds: neither all nor none."""
    expected = where(test)
    assert 0 < len(expected) < len(keys), f"the test proves nothing: it holds for {len(expected)}"
    found = made.search(query)
    equal(list(found), expected, str(query))
    equal(len(connect()["made"].search(query)), len(expected), f"number of {query}")
    return f"{len(expected)} of {len(keys)}"


@check("lists the datasets in the order in which they went in")
def _():
    equal(list(root), [path[1:] for path in nodes if path.count("/") == 1])


@check("counts children exactly")
def _():
    for path in ("VDP", "EDRIXS", "made", "kinds"):
        children = [other for other in nodes if re.fullmatch(f"/{path}/[^/]+", other)]
        equal(len(connect()[path]), len(children), path)
    assert len(keys) > 200, "too few to need pages"


@check("pages through more than a hundred children")
def _():
    equal(list(made), keys)
    equal([key for key, _ in made.items()], keys)


@check("gives heads, tails, and keys by position")
def _():
    view = made.keys()
    equal(view.head(3), keys[:3], "head")
    equal(view.tail(3), keys[-3:], "tail")
    equal(view.first(), keys[0], "first")
    equal(view.last(), keys[-1], "last")
    equal(list(view[5:110]), keys[5:110], "slice")
    equal(view[120], keys[120], "position")


@check("gives family, metadata and specs of every node as they are in the catalog")
def _():
    seen = set()
    for path, node in walk(root):
        expected = nodes[path]
        equal(node.structure_family.value, expected["family"], f"family of {path}")
        # As text: 1 is not 1.0.
        texts = [json.dumps(m, sort_keys=True) for m in (node.item["attributes"]["metadata"], expected["metadata"])]
        equal(texts[0], texts[1], f"metadata of {path}")
        equal([dict(name=s.name, version=s.version) for s in node.specs], expected["specs"], f"specs of {path}")
        seen.add(path)
    equal(seen, set(nodes), "paths")
    return f"{len(seen)} nodes"


@check("finds a node by its path, and says which key is not there")
def _():
    path = next(path for path in nodes if path.startswith("/VDP/") and path.count("/") == 3)
    equal(root[path[1:]].path_parts, path[1:].split("/"))
    equal(root["VDP"][path.split("/")[2]][path.split("/")[3]].path_parts, path[1:].split("/"))
    with refused("KeyError"):
        root["VDP/no such entity/data"]


@check("Eq")
def _():
    finds(Key("color") == "green", lambda r: value_of(r, "color") == "green")
    finds(Key("flag") == True, lambda r: value_of(r, "flag") is True)  # noqa: E712
    finds(Key("value") == 2.5, lambda r: value_of(r, "value") == 2.5)
    finds(Eq("quoted", records[7]["metadata"]["quoted"]), lambda r: r is records[7])
    return finds(Key("sample.deep.level") == 3, lambda r: value_of(r, "sample.deep.level") == 3)


@check("NotEq")
def _():
    finds(NotEq("rare", 10), lambda r: value_of(r, "rare") not in (None, 10))
    return finds(Key("color") != "green", lambda r: value_of(r, "color") != "green")


@check("Comparison")
def _():
    finds(Key("number") < 17, lambda r: value_of(r, "number") < 17)
    finds(Key("number") <= 17, lambda r: value_of(r, "number") <= 17)
    finds(Key("number") >= 17, lambda r: value_of(r, "number") >= 17)
    finds(Comparison("gt", "color", "green"), lambda r: value_of(r, "color") > "green")
    finds(Key("rare") > 100, lambda r: (value_of(r, "rare") or 0) > 100)
    finds(Key("sample.deep.level") > 2, lambda r: value_of(r, "sample.deep.level") > 2)
    return finds(Key("value") > 2.5, lambda r: value_of(r, "value") > 2.5)


@check("In")
def _():
    equal(list(made.search(In("color", []))), [], "in nothing")
    finds(In("number", [3, 5, 1000]), lambda r: value_of(r, "number") in (3, 5, 1000))
    return finds(In("color", ["red", "blue"]), lambda r: value_of(r, "color") in ("red", "blue"))


@check("NotIn")
def _():
    equal(list(made.search(NotIn("color", []))), keys, "not in nothing")
    return finds(NotIn("color", ["red", "blue"]), lambda r: value_of(r, "color") not in ("red", "blue"))


@check("Contains")
def _():
    finds(Contains("tags", "t1"), lambda r: "t1" in value_of(r, "tags"))
    return finds(Contains("note", "copper"), lambda r: "copper" in value_of(r, "note"))


@check("Like")
def _():
    finds(Like("sample.name", "Ni#1%"), lambda r: value_of(r, "sample.name").startswith("Ni#1"))
    return finds(Like("sample.name", "%#_"), lambda r: re.fullmatch(".*#.", value_of(r, "sample.name")))


@check("FullText")
def _():
    finds(FullText("größe"), lambda r: "größe" in value_of(r, "note"))
    return finds(FullText("copper"), lambda r: "copper" in value_of(r, "note"))


@check("KeyPresent")
def _():
    finds(KeyPresent("rare", exists=False), lambda r: value_of(r, "rare") is None)
    finds(KeyPresent("sample.odd"), lambda r: value_of(r, "sample.odd") is not None)
    return finds(KeyPresent("rare"), lambda r: value_of(r, "rare") is not None)


@check("KeysFilter")
def _():
    return finds(KeysFilter([keys[3], keys[150], "none"]), lambda r: r in (records[3], records[150]))


@check("StructureFamilyQuery")
def _():
    group = root["kinds/kinds.h5/deep/1/2"]
    for family in ("array", "container"):
        children = [path for path in nodes if re.fullmatch("/kinds/kinds.h5/deep/1/2/[^/]+", path)]
        expected = [path.rsplit("/", 1)[-1] for path in children if nodes[path]["family"] == family]
        equal(list(group.search(StructureFamilyQuery(family))), expected, family)
        assert 0 < len(expected) < len(children), "proves nothing"


@check("SpecsQuery")
def _():
    def names(record):
        return [spec["name"] for spec in record.get("specs", [])]

    finds(SpecsQuery(["alpha"], ["beta"]), lambda r: "alpha" in names(r) and "beta" not in names(r))
    return finds(SpecsQuery(include=["alpha", "beta"]), lambda r: {"alpha", "beta"} <= set(names(r)))


@check("several conditions, and a key within a search")
def _():
    found = made.search(Key("color") == "green").search(Key("number") < 50)
    expected = where(lambda r: value_of(r, "color") == "green" and value_of(r, "number") < 50)
    equal(list(found), expected)
    equal(found[expected[2]].path_parts, ["made", expected[2]])
    other = next(key for key in keys if key not in expected)
    with refused("KeyError"):
        found[other]


@check("sort")
def _():
    by_number = sorted(range(len(keys)), key=lambda i: -value_of(records[i], "number"))
    equal(list(made.sort(("number", -1))), [keys[i] for i in by_number], "descending")
    equal(list(made.sort(("metadata.value", 1))), keys, "ascending")
    level = sorted(range(len(keys)), key=lambda i: (value_of(records[i], "sample.deep.level"), i))
    equal(list(made.sort(("sample.deep.level", 1))), [keys[i] for i in level], "nested, the rest in order")
    both = sorted(range(len(keys)), key=lambda i: (value_of(records[i], "color"), -value_of(records[i], "number")))
    equal(list(made.sort(("color", 1), ("number", -1))), [keys[i] for i in both], "by two keys")
    equal(made.sort(("number", -1)).keys().head(2), keys[-2:][::-1], "head of sorted")


@check("distinct")
def _():
    found = made.distinct("color", counts=True)["metadata"]["color"]
    counts = {item["value"]: item["count"] for item in found if item["value"] is not None}
    colors = [value_of(record, "color") for record in records]
    equal(counts, {color: colors.count(color) for color in colors})
    some = made.search(Key("number") < 3).distinct("color")["metadata"]["color"]
    equal({item["value"] for item in some if item["value"] is not None}, set(colors[:3]))
    families = made.distinct(structure_families=True)["structure_families"]
    assert "container" in {item["value"] for item in families}, families


@check("searches a dataset that came from files")
def _():
    entities = {path: node["metadata"] for path, node in nodes.items() if re.fullmatch("/VDP/[^/]+", path)}
    bound = sorted(entity["Ja_meV"] for entity in entities.values())[4]
    expected = [path.rsplit("/", 1)[-1] for path, entity in entities.items() if entity["Ja_meV"] > bound]
    equal(list(root["VDP"].search(Key("Ja_meV") > bound)), expected)
    one = next(path for path, entity in entities.items() if entity["Ja_meV"] == bound)
    equal(list(root["VDP"].search(Key("Ja_meV") == bound)), [one.rsplit("/", 1)[-1]])
