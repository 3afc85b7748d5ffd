// Rounds: all questions to one way after the other, so that each finds the caches as its own turn leaves them; the ways
// take turns, in an order that changes from round to round. Every answer is checked.

import { isDeepStrictEqual } from "node:util";
import { rotate } from "../support/statistics.ts";
import { questions } from "./questions.ts";
import type { Site } from "./site.ts";
import type { Way } from "./types.ts";

/**
 * Not counted. After five executions PostgreSQL plans a prepared statement for good, so that all that is counted has the
 * plan that a server in use has.
 */
export const warmUps = 6;

export interface RoundsPlan {
  rounds: number;
  /** Of each question by each way in each round. */
  repetitionsPerRound: number;
  /** A question that takes longer gets fewer repetitions in a round, but one at least. */
  boxMs: number;
}

/** Milliseconds by `seriesKey`. */
export type Samples = Map<string, number[]>;

/** @param series the name of a way; with `.sql`, of its statements alone */
export function seriesKey(entities: number, series: string, question: string): string {
  return `${entities} ${series} ${question}`;
}

export async function runRounds(sites: readonly Site[], plan: RoundsPlan): Promise<Samples> {
  const { rounds, repetitionsPerRound, boxMs } = plan;
  const samples: Samples = new Map();
  for (const site of sites) {
    for (const way of site.ways) {
      await takeTurn({ site, way, first: 0, repetitions: warmUps, boxMs: Number.POSITIVE_INFINITY });
    }
  }
  for (let round = 0; round < rounds; round++) {
    const first = warmUps + round * repetitionsPerRound;
    for (const site of sites) {
      for (const way of rotate(site.ways, round)) {
        const start = performance.now();
        await takeTurn({ site, way, first, repetitions: repetitionsPerRound, boxMs, samples });
        const seconds = ((performance.now() - start) / 1000).toFixed(1);
        console.log(`round ${round + 1}, ${site.entities} entities: ${way.label}: ${seconds} s`);
      }
    }
  }
  return samples;
}

interface Turn {
  site: Site;
  way: Way;
  /** Number of the first repetition, which says what is asked. */
  first: number;
  repetitions: number;
  boxMs: number;
  samples?: Samples;
}

async function takeTurn(turn: Turn): Promise<void> {
  // Rubbish of the way before is not to be cleared up at the expense of this one.
  globalThis.gc?.();
  await turn.way.begin?.();
  for (const { name } of questions) {
    const start = performance.now();
    for (let repetition = 0; repetition < turn.repetitions; repetition++) {
      await askOnce(turn, name, turn.first + repetition);
      if (performance.now() - start > turn.boxMs) break;
    }
  }
}

async function askOnce({ site, way, samples }: Turn, question: string, repetition: number): Promise<void> {
  const asked = site.asks.get(question)?.[repetition];
  if (asked === undefined) throw new Error(`${question} has no repetition ${repetition}.`);
  const start = performance.now();
  const { answer, sqlMs } = await way.answer(asked.ask);
  const elapsedMs = performance.now() - start;
  if (!isDeepStrictEqual(answer, asked.expected)) {
    const [found, expected] = [answer, asked.expected].map((value) => JSON.stringify(value).slice(0, 300));
    throw new Error(
      `${way.label}, ${site.entities} entities, ${JSON.stringify(asked.ask)}: ${found} instead of ${expected}.`,
    );
  }
  if (samples === undefined) return;
  addSample(samples, seriesKey(site.entities, way.name, question), elapsedMs);
  if (sqlMs !== undefined) addSample(samples, seriesKey(site.entities, `${way.name}.sql`, question), sqlMs);
}

function addSample(samples: Samples, key: string, elapsedMs: number): void {
  const times = samples.get(key);
  if (times === undefined) samples.set(key, [elapsedMs]);
  else times.push(elapsedMs);
}
