// 85 real entries with real embeddings, when they are at hand next to the project.

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import {
  countMemories,
  exportMemory,
  listNamespaces,
  loadMemoryFile,
  retrieveMemory,
  searchMemory,
} from "../../src/memory/index.ts";
import { readNdjson, useFolder } from "../support/files.ts";
import { embeddings, useMemory } from "./support.ts";

const file = fileURLToPath(new URL("../../../shared/data/memory/entries-85.jsonl", import.meta.url));

if (existsSync(file)) {
  describe.each(embeddings)("85 real entries, with embeddings as %s", (embedding) => {
    const test = useMemory({ embedding });
    const folder = useFolder();
    let records: Record<string, unknown>[];

    beforeAll(async () => {
      records = await readNdjson(file);
      const report = await loadMemoryFile(test.database, { input: file, kind: "entries" });
      expect(report).toMatchObject({ status: "completed", read: 85, inserted: 85, rejected: 0 });
    });

    it("are in, in their 13 namespaces, value for value", async () => {
      const namespaces = await listNamespaces(test.database);
      const counts = Object.fromEntries(namespaces.map(({ namespace, entries }) => [namespace, entries]));
      expect(counts).toEqual({
        context: 11,
        "research-analysis": 11,
        patterns: 10,
        "ux-feature-review": 10,
        "architecture-review": 9,
        improvements: 9,
        architecture: 7,
        "security-audit": 6,
        "performance-analysis": 6,
        "swarm-config": 3,
        solutions: 1,
        implementation: 1,
        deliverables: 1,
      });
      for (const { namespace, key, value, metadata, tags, embedding: numbers } of records) {
        const stored = await retrieveMemory(test.database, String(namespace), String(key), {
          store: test.store,
        });
        expect(stored).toMatchObject({ value, metadata, tags });
        expect(new Float32Array(stored?.embedding ?? [])).toEqual(new Float32Array(numbers as number[]));
      }
    });

    it("are each their own nearest neighbour; the same texts share theirs", async () => {
      for (const { namespace, key, value, embedding: vector } of records) {
        const found = await searchMemory(test.database, {
          vector: vector as number[],
          limit: 9,
          store: test.store,
        });
        expect(found[0]?.similarity).toBeCloseTo(1, 5);
        const ties = found.filter(({ similarity }) => similarity > 1 - 1e-5);
        expect(ties.map((tie) => `${tie.namespace}/${tie.key}`)).toContain(
          `${String(namespace)}/${String(key)}`,
        );
        expect(new Set(ties.map((tie) => tie.value))).toEqual(new Set([value]));
      }
    });

    it("have neighbours that make sense", async () => {
      const own = records.find(({ key }) => key === "cve-status");
      const key = { namespace: String(own?.namespace), key: "cve-status" };
      const [first] = await searchMemory(test.database, { key });
      expect(first).toMatchObject({ namespace: "patterns", key: "security-domain-analysis" });
      expect(first?.similarity).toBeCloseTo(0.746, 3);
    });

    it("are the same rows in another schema after export and load", async () => {
      const lines: string[] = [];
      for await (const line of exportMemory(test.database, "entries")) lines.push(line);
      expect(lines).toHaveLength(85);
      const input = folder.text(`export-${embedding}.jsonl`, `${lines.join("\n")}\n`);
      const report = await loadMemoryFile(test.database, {
        input,
        kind: "entries",
        schema: "copy",
        embedding,
      });
      expect(report).toMatchObject({ inserted: 85, rejected: 0 });
      const rows = (schema: string) =>
        test.rows(`
          select namespace, key, value, embedding::text, metadata, tags, created_at::text, updated_at::text, expires_at
          from ${schema}.memory_entries order by namespace, key`);
      expect(await rows("copy")).toEqual(await rows("memory"));
      expect(await countMemories(test.database, { schema: "copy" })).toBe(85);
    });
  });
} else {
  describe(`85 real entries (not checked: there is no file ${file})`, () => {
    it("are not needed for the rest of this room's tests", () => {
      expect(existsSync(new URL("./golden/", import.meta.url))).toBe(true);
    });
  });
}
