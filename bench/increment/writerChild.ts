// A process that registers nodes as Tiled does, one by one, each in a transaction of its own and through the trigger.

import pg from "pg";

const [, , dsn, prefix = "", nodes = "0"] = process.argv;
const client = new pg.Client({ connectionString: dsn ?? "" });
await client.connect();
process.on("disconnect", () => process.exit(1));
const parent = await makeParent();
const { structure } = await first<{ structure: string }>("select min(id) as structure from structures");

const waitsMs: number[] = [];
const failures: string[] = [];
process.send?.({ kind: "ready" });
for (let index = 0; index < Number(nodes); index++) {
  const start = performance.now();
  try {
    await register(index);
  } catch (error) {
    failures.push(String(error));
    await client.query("rollback");
  }
  waitsMs.push(performance.now() - start);
}
await client.end();
process.send?.({ kind: "written", waitsMs, failures }, () => process.disconnect());

async function first<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row> {
  const [row] = (await client.query<Row>(text, values)).rows;
  if (row === undefined) throw new Error(`No row: ${text}`);
  return row;
}

function makeParent(): Promise<{ id: number }> {
  return first<{ id: number }>(
    `insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
     select id, $1, 'container', '{}', '[]', '{}' from nodes where parent = 0 and key = 'BENCH' returning id`,
    [prefix],
  );
}

/** The statements of Tiled's adapter.py (create_node, _put_asset), in their order. */
async function register(index: number): Promise<void> {
  const key = `${prefix}_${index}`;
  await client.query("begin");
  const node = await first<{ id: number }>(
    `insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
     values ($1, $2, 'array', $3, '[]', '{}') returning id, time_created, time_updated`,
    [parent.id, key, JSON.stringify({ type: "mh_x_30T", index })],
  );
  const source = await first<{ id: number }>(
    `insert into data_sources (node_id, structure_id, mimetype, parameters, properties, management, structure_family)
     values ($1, $2, 'application/x-hdf5', '{"dataset": "/curve/M_x"}', '{}', 'external', 'array') returning id`,
    [node.id, structure],
  );
  const uri = `file://localhost/data/written/${key}.h5`;
  const { rows } = await client.query<{ id: number }>("select id, size from assets where data_uri = $1", [
    uri,
  ]);
  const asset =
    rows[0] ??
    (await first<{ id: number }>(
      "insert into assets (data_uri, is_directory, size) values ($1, false, 1000) returning id",
      [uri],
    ));
  await client.query(
    "insert into data_source_asset_association (data_source_id, asset_id, parameter, num) values ($1, $2, 'data_uri', null)",
    [source.id, asset.id],
  );
  await client.query("commit");
}
