// A program that writes to the catalog as Tiled's server does: by its statements in its order, with the trigger on.

import type { ClientBase } from "pg";
import { array } from "./nodes.ts";

/** One node with its data source and file, in a transaction of its own. `beforeCommit` happens inside of it. */
export async function register(
  client: ClientBase,
  parent: number,
  key: string,
  beforeCommit: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const record = array(`/base/${key}`, { files: [`/tiled/${key}.h5`] });
  const source = record.dataSource;
  const first = async (text: string, values: unknown[]): Promise<number> =>
    (await client.query<{ id: number }>(text, values)).rows[0]?.id ?? 0;
  await client.query("begin");
  const node = await first(
    `insert into nodes (parent, key, structure_family, metadata, specs, access_blob)
     values ($1, $2, 'array', '{"by": "tiled"}', '[]', '{}') returning id, time_created, time_updated`,
    [parent, key],
  );
  await client.query("insert into structures (id, structure) values ($1, $2) on conflict (id) do nothing", [
    source?.structure?.id,
    source?.structure?.json,
  ]);
  const dataSource = await first(
    `insert into data_sources (node_id, structure_id, mimetype, parameters, properties, management, structure_family)
     values ($1, $2, 'application/x-hdf5', '{}', '{}', 'external', 'array') returning id`,
    [node, source?.structure?.id],
  );
  const asset = await first(
    "insert into assets (data_uri, is_directory, size) values ($1, false, null) returning id",
    [source?.assets[0]?.dataUri],
  );
  await client.query(
    "insert into data_source_asset_association (data_source_id, asset_id, parameter, num) values ($1, $2, 'data_uri', null)",
    [dataSource, asset],
  );
  await beforeCommit();
  await client.query("commit");
}
