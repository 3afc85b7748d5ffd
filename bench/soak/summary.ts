// What the samples say: where memory is, and how fast it grows.

import { markdownTable } from "../support/results.ts";
import { showNumber } from "../support/statistics.ts";
import { type Store, stores } from "./bodies.ts";
import type { Pushed } from "./push.ts";
import type { Asked, Sample } from "./watch.ts";

export interface Line {
  /** Of what is fitted, an hour. */
  slopePerHour: number;
  /** Its standard error, which takes samples for independent: they are not quite. */
  errorPerHour: number;
}

/** Least squares over the second half of the samples; the first one is warming up. */
export function fitSecondHalf(samples: readonly Sample[], read: (sample: Sample) => number): Line {
  const half = samples.slice(Math.floor(samples.length / 2));
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const hours = half.map(({ seconds }) => seconds / 3600);
  const values = half.map(read);
  const [middle, level] = [mean(hours), mean(values)];
  const spread = hours.reduce((sum, hour) => sum + (hour - middle) ** 2, 0);
  const slope =
    hours.reduce((sum, hour, at) => sum + (hour - middle) * ((values[at] ?? 0) - level), 0) / spread;
  const left = hours.reduce(
    (sum, hour, at) => sum + ((values[at] ?? 0) - level - slope * (hour - middle)) ** 2,
    0,
  );
  return { slopePerHour: slope, errorPerHour: Math.sqrt(left / Math.max(1, half.length - 2) / spread) };
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

const megabytes = (bytes: number): string => showNumber(bytes / 1e6, 1);

export function memoryTable(samples: readonly Sample[]): string {
  const last = samples.at(-1);
  const after = (seconds: number): Sample | undefined => samples.find((sample) => sample.seconds >= seconds);
  const early = after(300) ?? after((last?.seconds ?? 0) / 3);
  const rows = (["rssBytes", "heapBytes", "liveHeapBytes", "externalBytes"] as const).map((name) => {
    const known = samples.filter((sample) => !Number.isNaN(sample[name]));
    const { slopePerHour, errorPerHour } = fitSecondHalf(known, (sample) => sample[name]);
    const most = Math.max(...known.map((sample) => sample[name]));
    return [
      {
        rssBytes: "resident",
        heapBytes: "heap",
        liveHeapBytes: "heap after a full collection",
        externalBytes: "beside the heap",
      }[name],
      megabytes(early?.[name] ?? Number.NaN),
      megabytes(last?.[name] ?? Number.NaN),
      megabytes(most),
      `${megabytes(slopePerHour)} ± ${megabytes(errorPerHour)}`,
    ];
  });
  const minutes = showNumber((early?.seconds ?? 0) / 60, 1);
  return markdownTable(
    [
      "memory of the service, MB",
      `after ${minutes} min`,
      "at the end",
      "at most",
      "slope of the second half, MB/h",
    ],
    rows,
  );
}

export function otherTable(samples: readonly Sample[]): string {
  const row = (what: string, read: (sample: Sample) => number, digits = 0): string[] => {
    const values = samples.map(read);
    const shown = [values[0] ?? Number.NaN, values.at(-1) ?? Number.NaN, Math.max(...values)];
    return [what, ...shown.map((value) => showNumber(value, digits))];
  };
  return markdownTable(
    ["", "first", "last", "most"],
    [
      row("connections to the database", ({ connections }) => connections),
      row("open files and sockets", ({ handles }) => handles),
      row("event loop, p99 of its delay, ms", ({ eventLoopLagMs }) => eventLoopLagMs, 1),
    ],
  );
}

export function latencyTable({ latenciesMs }: Pushed, asked: Asked): string {
  const row = (what: string, values: readonly number[]): string[] => [
    what,
    showNumber(values.length),
    ...[0.5, 0.95, 0.99, 1].map((share) => showNumber(percentile(values, share))),
  ];
  return markdownTable(
    ["from the time a request was due to its answer, ms", "requests", "p50", "p95", "p99", "most"],
    [
      ...stores.map((store: Store) => row(`load, ${store}`, latenciesMs[store])),
      row("page, runs and search", asked.latenciesMs),
    ],
  );
}

export function errorLines(pushed: Pushed, asked: Asked): string {
  const all = Object.entries({ ...pushed.errors, ...asked.errors });
  if (all.length === 0) return "Errors: none.";
  return `Errors:\n\n${all.map(([what, count]) => `* ${what}: ${count}`).join("\n")}`;
}
