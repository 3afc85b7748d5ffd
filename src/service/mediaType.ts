// What loads take: NDJSON, by any of its names.

import { notNdjson } from "./problem.ts";

export const ndjson = /^application\/(?:x-)?(?:ndjson|jsonl|jsonlines)(?:;|$)/i;

/** @throws Refusal 415 */
export function requireNdjson(contentType: string | undefined): void {
  if (!ndjson.test(contentType ?? "")) throw notNdjson();
}
