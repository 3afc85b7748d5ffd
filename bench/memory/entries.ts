// Memory entries as agents write them: short notes and long summaries, a few tags, metadata, an embedding.

import { integer, makeRandom, normal, pick, type Random } from "../support/random.ts";

export const dimensions = 384;

export interface Entry {
  namespace: string;
  key: string;
  value: string;
  embedding: number[];
  metadata: Record<string, string | number | boolean>;
  tags: string[];
}

const namespaces = [
  "context",
  "patterns",
  "architecture",
  "security-audit",
  "performance",
  "research",
  "default",
];
const topics = [
  "cache",
  "schema",
  "retry",
  "index",
  "deploy",
  "login",
  "parser",
  "queue",
  "budget",
  "layout",
];
const words = (
  "the a of to and in is for with that on by this from are as be at an or it was not which can has more when " +
  "request server table index query vector agent memory session token user file error latency commit branch " +
  "review summary decision because measured found fixed failed slower faster retry timeout cache batch stream " +
  "naïve café Zürich → ≤ 日本語 🚀"
).split(" ");
const agents = ["planner", "coder", "reviewer", "tester", "researcher"];

/** Any number of them, the same ones for the same seed. */
export function makeEntries(count: number, seed = 1): Entry[] {
  const random = makeRandom(seed);
  return Array.from({ length: count }, (_unused, index) => ({
    namespace: pick(random, namespaces),
    key: `${pick(random, topics)}-${pick(random, topics)}-${index}`,
    value: makeText(random),
    embedding: makeEmbedding(random),
    metadata: {
      source_id: `entry_${index}_${integer(random, 0, 1e9).toString(36)}`,
      agent: pick(random, agents),
      step: integer(random, 0, 500),
      confidence: integer(random, 1, 100) / 100,
      verified: random() < 0.3,
    },
    tags: Array.from({ length: integer(random, 0, 5) }, () => pick(random, topics)),
  }));
}

/** 10 to 1,500 characters, short ones more often: 300 on average. */
function makeText(random: Random): string {
  const length = Math.floor(10 * 150 ** random());
  let text = "";
  while (text.length < length) {
    // Notes have lines, and now and then what COPY and arrays have to escape.
    const end = random() < 0.005 ? pick(random, ["\n", "\t", '"', "\\"]) : " ";
    text += pick(random, words) + end;
  }
  // Never through the middle of a surrogate pair.
  return text.slice(0, length).toWellFormed();
}

/**
 * Of length 1. Rounded to eight decimals, as services print them, which a float4 holds: the text form is as short as
 * it gets, so text COPY and INSERTs are not made slower than they need to be.
 */
function makeEmbedding(random: Random): number[] {
  const values = Array.from({ length: dimensions }, () => normal(random));
  const norm = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0));
  // Plus 0: a few of 38 million round to -0, which is "0" as text.
  return values.map((value) => Math.round((value / norm) * 1e8) / 1e8 + 0);
}
