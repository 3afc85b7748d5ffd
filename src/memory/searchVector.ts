// The vector of a search: given, or that of an entry; checked, and as the statement takes it.

import { CopycatError } from "../errors.ts";
import type { SearchOptions } from "./searchMemory.ts";
import { checkEmbedding, embeddingText } from "./shape/embedding.ts";
import { FieldProblem } from "./shape/problem.ts";
import { embeddingJson, entriesName, notExpired } from "./sql/reads.ts";
import { type MemoryStore, type MemoryTarget, querier } from "./store.ts";

export interface SearchVector {
  /** As the text of the store's type. */
  query: string;
  /** Length of the arrow. */
  norm: number;
}

/** @throws CopycatError USAGE, INVALID_INPUT, NOT_FOUND: as `searchMemory` says */
export async function readSearchVector(
  db: MemoryTarget,
  store: MemoryStore,
  { vector, key }: SearchOptions,
): Promise<SearchVector> {
  if ((vector === undefined) === (key === undefined)) {
    throw new CopycatError("USAGE", "Name either a vector or the key of an entry to search by.");
  }
  const numbers = key === undefined ? vector : await readEmbedding(db, store, key);
  const checked = checkEmbedding(numbers, store.embedding);
  if (checked instanceof FieldProblem) {
    throw new CopycatError("INVALID_INPUT", `The vector to search by: ${checked.what}.`);
  }
  const packed = Float32Array.from(checked);
  if (packed.every((number) => number === 0)) {
    throw new CopycatError(
      "INVALID_INPUT",
      "The vector to search by is all zeros, so nothing has a cosine with it.",
    );
  }
  return scaled(packed, store);
}

async function readEmbedding(
  db: MemoryTarget,
  store: MemoryStore,
  { namespace, key }: { namespace: string; key: string },
): Promise<number[]> {
  const { rows } = await querier(db).query<{ embedding: string | null }>(
    `select ${embeddingJson(store)} as embedding from ${entriesName(store)}
where namespace = $1 and key = $2 and ${notExpired}`,
    [namespace, key],
  );
  const found = rows[0];
  const name = `${namespace}/${key}`;
  if (found === undefined) throw new CopycatError("NOT_FOUND", `There is no entry ${name}.`);
  if (found.embedding === null) {
    throw new CopycatError("NOT_FOUND", `The entry ${name} has no embedding to search by.`);
  }
  return JSON.parse(found.embedding) as number[];
}

/**
 * pgvector sums squares in float4, which end at 1e38 and 1e-45: a query far from 1 is brought there, which changes no
 * cosine. Stored embeddings of such lengths stay as they are; pgvector gives them a cosine of 0, 1 or none.
 */
function scaled(vector: Float32Array, store: MemoryStore): SearchVector {
  const norm = lengthOf(vector);
  const isUsual = norm > 1e-3 && norm < 1e3;
  const used = isUsual ? vector : vector.map((number) => number / norm);
  return { query: embeddingText(used, store.embedding.type), norm: isUsual ? norm : lengthOf(used) };
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, number) => sum + number * number, 0));
}
