// All migrations, oldest first. Append-only: one that has been released is never edited.

import type { Migration } from "kysely";
import { up as nodes } from "./0001_nodes.ts";
import { up as dataSources } from "./0002_data_sources.ts";
import { up as webhooks } from "./0003_webhooks.ts";
import { up as graph } from "./0004_graph.ts";
import { up as stamp } from "./0005_stamp.ts";

export const migrations: Record<string, Migration> = {
  "0001_nodes": { up: nodes },
  "0002_data_sources": { up: dataSources },
  "0003_webhooks": { up: webhooks },
  "0004_graph": { up: graph },
  "0005_stamp": { up: stamp },
};
