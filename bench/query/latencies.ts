// What the samples say: p50 and p95 of each question by each way, and how they compare.

import { type Question, questions } from "./questions.ts";
import { type Samples, seriesKey } from "./rounds.ts";
import type { Site } from "./site.ts";

export interface Latency {
  entities: number;
  series: string;
  question: string;
  repetitions: number;
  p50Ms: number;
  p95Ms: number;
}

export interface Latencies {
  all: readonly Latency[];
  find(entities: number, series: string, question: string): Latency | undefined;
  /** How many times as long the one takes as the other, at p50; undefined when one was not measured. */
  ratio(upper: LatencyKey, lower: LatencyKey): number | undefined;
}

export type LatencyKey = readonly [entities: number, series: string, question: string];

export function summarise(samples: Samples, sites: readonly Site[]): Latencies {
  const all = sites.flatMap(({ entities, ways }) =>
    ways
      .flatMap(({ name }) => [name, `${name}.sql`])
      .flatMap((series) =>
        questions.flatMap(({ name: question }): Latency[] => {
          const times = samples.get(seriesKey(entities, series, question));
          if (times === undefined) return [];
          const sorted = [...times].sort((one, other) => one - other);
          const [p50Ms, p95Ms] = [quantile(sorted, 0.5), quantile(sorted, 0.95)];
          return [{ entities, series, question, repetitions: times.length, p50Ms, p95Ms }];
        }),
      ),
  );
  const byKey = new Map(all.map((latency) => [keyOf(latency), latency]));
  const find: Latencies["find"] = (...key) => byKey.get(seriesKey(...key));
  const ratio: Latencies["ratio"] = (upper, lower) => {
    const [one, other] = [find(...upper), find(...lower)];
    return one === undefined || other === undefined ? undefined : one.p50Ms / other.p50Ms;
  };
  return { all, find, ratio };
}

function keyOf({ entities, series, question }: Latency): string {
  return seriesKey(entities, series, question);
}

/** Between the two nearest values, in proportion. */
export function quantile(sorted: readonly number[], share: number): number {
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
  if (low === undefined || high === undefined) return Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}

export interface AimResult {
  question: string;
  label: string;
  /** SQL with promoted keys in the largest catalog. */
  sqlMs: number;
  isFast: boolean;
  /** Against the smallest catalog; undefined when there is only one. */
  growth: number | undefined;
  isSteady: boolean;
  /** How many times as fast Tiled's own became, in the largest catalog. */
  statements: number | undefined;
  http: number | undefined;
}

const fastMs = 2;
const steadyGrowth = 1.5;

/** Of what promoted keys are for: under 2 ms in SQL, and no more than 1.5 times as long in the largest catalog. */
export function aims({ find, ratio }: Latencies, sizes: readonly number[]): AimResult[] {
  const [smallest, largest] = [Math.min(...sizes), Math.max(...sizes)];
  const series = "oursPromoted.sql";
  return questions
    .filter(({ isAimed }) => isAimed)
    .map(({ name, label }: Question) => {
      const sqlMs = find(largest, series, name)?.p50Ms ?? Number.NaN;
      const growth =
        smallest === largest ? undefined : ratio([largest, series, name], [smallest, series, name]);
      const gain = (way: string): number | undefined =>
        ratio([largest, way, name], [largest, `${way}Promoted`, name]);
      return {
        question: name,
        label,
        sqlMs,
        isFast: sqlMs < fastMs,
        growth,
        isSteady: growth === undefined || growth <= steadyGrowth,
        statements: gain("statements"),
        http: gain("http"),
      };
    });
}
