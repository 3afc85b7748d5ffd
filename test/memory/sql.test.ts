// The statements as files, so that a change of SQL is seen in review. They run in the other tests of this room.

import { expect, test } from "vitest";
import { kinds } from "../../src/memory/kinds.ts";
import { exportSql } from "../../src/memory/sql/export.ts";
import { countEmbeddedSql, createHnswSql } from "../../src/memory/sql/hnsw.ts";
import { inspectStoreSql } from "../../src/memory/sql/inspectStore.ts";
import {
  countSql,
  deleteExpiredSql,
  deleteNamespaceSql,
  deleteSql,
  listNamespacesSql,
  listSql,
  retrieveSql,
} from "../../src/memory/sql/reads.ts";
import { countCandidatesSql, searchSql, searchWordsSql } from "../../src/memory/sql/search.ts";
import { storeSql } from "../../src/memory/sql/store.ts";
import type { MemoryStore } from "../../src/memory/store.ts";
import type { EmbeddingType } from "../../src/memory/types.ts";

function storeOf(type: EmbeddingType): MemoryStore {
  const embedding = { type, dimensions: 384 };
  const columns = new Map(
    kinds.entries.fields.map((field) => [field.column, field.check === "embedding" ? type : field.type]),
  );
  return {
    schema: 'my "memory"',
    embedding,
    hasVector: type !== "real[]",
    vector: type === "real[]" ? null : { version: "0.8.5", schema: "extensions" },
    isOwn: true,
    isDistributed: false,
    hnswIndex: null,
    tables: { entries: { columns: new Map([...columns, ["id", "bigint"]]), embedding } },
  };
}

const vector = storeOf("vector");
const halfvec = storeOf("halfvec");
const array = storeOf("real[]");
const none = { namespace: false, metadata: false, tags: false, except: false };
const all = { namespace: true, metadata: true, tags: true, except: true };
const columns = kinds.entries.fields.map(({ column, type }) => ({ name: column, type }));
const { fields, updates } = kinds.entries;

const statements: Record<string, string> = {
  "inspect-store": inspectStoreSql,
  "search-vector-index": searchSql(vector, { ...none, way: "index" }),
  "search-vector-exact-filtered": searchSql(halfvec, { ...all, way: "exact" }),
  "search-array": searchSql(array, { ...none, way: "exact" }),
  "search-array-filtered": searchSql(array, { ...all, way: "exact" }),
  "search-candidates": countCandidatesSql(vector, all),
  "search-words": searchWordsSql(vector, { words: 2, namespace: true, metadata: true, tags: true }),
  "retrieve-vector": retrieveSql(vector),
  "retrieve-array": retrieveSql(array),
  list: listSql(vector, { namespace: false, after: false }),
  "list-namespace-after": listSql(vector, { namespace: true, after: true }),
  count: countSql(vector),
  namespaces: listNamespacesSql(vector),
  delete: deleteSql(vector),
  "delete-namespace": deleteNamespaceSql(vector),
  "delete-expired": deleteExpiredSql(vector),
  store: storeSql(vector, { columns, updates, keepEmbedding: false }),
  "store-keep-embedding": storeSql(vector, { columns, updates, keepEmbedding: true }),
  "export-entries-namespace": exportSql(vector, kinds.entries, { fields, namespace: true }),
  "export-trajectories": exportSql(array, kinds.trajectories, {
    fields: kinds.trajectories.fields,
    namespace: false,
  }),
  "create-hnsw": createHnswSql(vector),
  "create-hnsw-settings": createHnswSql(halfvec, { m: 32, efConstruction: 200, concurrently: true }),
  "count-embedded": countEmbeddedSql(vector),
};

test.each(Object.keys(statements))("%s", async (name) => {
  await expect(statements[name]).toMatchFileSnapshot(`golden/${name}.sql`);
});
