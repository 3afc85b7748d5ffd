// Datasets with something of everything, and what tells whether one came through whole.

import type { TestDatabase } from "../support/database.ts";
import { array, container, json, load } from "../support/nodes.ts";

const oddKeys = ["a b", "ü", "%41", "'quoted\"", "\\N", "x\ty", "$1", "*"];

/** Containers, arrays, odd keys, specs, access, an array of several files, revisions, two arrays of one file. */
export async function loadRich(test: TestDatabase, key: string, entities = 20): Promise<void> {
  const nodes = [
    {
      ...container(`/${key}`, { title: key, big: "x".repeat(3000) }),
      specs: json([{ name: "S", version: null }]),
    },
  ];
  for (let entity = 0; entity < entities; entity++) {
    const path = `/${key}/H_${entity}`;
    nodes.push({
      ...container(path, { T: entity, nested: { b: [1, null, 1.5] } }),
      accessBlob: json({ tags: [key] }),
    });
    nodes.push(array(`${path}/data`, { shape: [entity + 1, 2], size: 2 ** 40 + entity }));
    nodes.push(array(`${path}/again`, { files: [`/data/H_${entity}.h5`], dataset: "again" }));
  }
  for (const odd of oddKeys) nodes.push(container(`/${key}/${odd}`, { odd }));
  nodes.push(array(`/${key}/parts`, { files: ["/data/p0.h5", "/data/p1.h5"] }));
  await load(test.database, nodes, { batchNodes: 1000 });
  const changed = nodes.slice(1, 4).map((node) => ({ ...node, metadata: json({ T: -1, was: node.key }) }));
  await load(test.database, changed, { policy: "update" });
  await test.rows(
    `update nodes set time_created = '2001-02-03 04:05:06.789012' where key = 'H_1' and parent = (select id from nodes where parent = 0 and key = $1)`,
    [key],
  );
}

/** Rows of a dataset by paths, without ids, in an order of their own. */
export async function describeDataset(test: TestDatabase, key: string): Promise<Record<string, unknown[]>> {
  const tree = `
    with recursive tree (id, path) as (
      select id, key::text from nodes where parent = 0 and key = $1
      union all select n.id, t.path || '/' || n.key from tree t join nodes n on n.parent = t.id)`;
  const list = async (query: string): Promise<unknown[]> =>
    (
      await test.rows<{ row: unknown }>(`${tree} select row from (${query}) as rows order by row::text`, [
        key,
      ])
    ).map(({ row }) => row);
  return {
    order: await test.rows(`${tree} select path from tree order by id`, [key]),
    nodes: await list(
      "select to_jsonb(n) - 'id' - 'parent' || jsonb_build_object('path', path) as row from tree join nodes n using (id)",
    ),
    closure: await list(
      "select jsonb_build_array(t.path, a.path, c.depth) as row from nodes_closure c join tree t on t.id = c.descendant left join tree a on a.id = c.ancestor",
    ),
    data: await list(`
      select jsonb_build_array(path, to_jsonb(d) - 'id' - 'node_id', s.structure, l.parameter, l.num, to_jsonb(a) - 'id') as row
      from tree join data_sources d on d.node_id = tree.id left join structures s on s.id = d.structure_id
      left join data_source_asset_association l on l.data_source_id = d.id left join assets a on a.id = l.asset_id`),
    revisions: await list(
      "select jsonb_build_array(path, to_jsonb(v) - 'id' - 'node_id') as row from tree join revisions v on v.node_id = tree.id",
    ),
  };
}
