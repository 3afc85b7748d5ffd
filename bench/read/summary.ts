// What the rounds say: medians and spreads, and how many times as fast as h5py in the same round.

import { markdownTable } from "../support/results.ts";
import { type Spread, showSpread, spreadOf } from "../support/statistics.ts";
import type { ReadRound, Times } from "./rounds.ts";
import { labels, workNames } from "./tasks.ts";

export interface ReadSummary {
  label: string;
  ours: Spread;
  h5py: Spread | null;
  /** Its time over ours, of the same round: above 1 is faster than h5py. */
  faster: Spread | null;
}

type Line = readonly [label: string, ours: string, h5py: string];

const lines: readonly Line[] = [
  [
    "first array of a new process, file not in the cache; where it is is known",
    "cold: first read",
    "cold: first read",
  ],
  [
    "first array of a new process; where it is is known",
    "new process: first read",
    "new process: first read",
  ],
  [
    "first array of a new process; only copycat asks the catalog",
    "new process, asking: first read",
    "new process: first read",
  ],
  ["the same with the start of the process", "new process, asking: process", "new process: process"],
  ...workNames.flatMap((name): Line[] => {
    const isMany = !["single", "map"].includes(name);
    const known: Line = [`${labels[name]}; where they are is known`, `${name} known`, `${name} known`];
    const found: Line = [`${labels[name]}; both ask the catalog`, name, name];
    const harder: Line = [`${labels[name]}; only copycat asks the catalog`, name, `${name} known`];
    const first: Line = [
      `${labels[name]}; only copycat asks, first time in a process`,
      `${name} first`,
      `${name} known first`,
    ];
    return isMany ? [known, found, harder, first] : [known, harder];
  }),
];

export function summariseReads(rounds: readonly ReadRound[]): ReadSummary[] {
  return lines.map(([label, ours, h5py]) => {
    const value = (times: Times | null, name: string): number[] => {
      const found = times?.[name];
      return found === undefined ? [] : [found];
    };
    const peers = rounds.flatMap((round) => value(round.h5py, h5py));
    const ratios = rounds.flatMap((round) =>
      value(round.h5py, h5py).flatMap((peer) => value(round.ours, ours).map((own) => peer / own)),
    );
    return {
      label,
      ours: spreadOf(rounds.flatMap((round) => value(round.ours, ours))),
      h5py: peers.length === 0 ? null : spreadOf(peers),
      faster: ratios.length === 0 ? null : spreadOf(ratios),
    };
  });
}

export function readTable(summaries: readonly ReadSummary[]): string {
  return markdownTable(
    ["what", "copycat, ms", "h5py, ms", "times as fast"],
    summaries.map(({ label, ours, h5py, faster }) => [
      label,
      showSpread(ours, 2),
      h5py === null ? "" : showSpread(h5py, 2),
      faster === null ? "" : showSpread(faster, 2),
    ]),
  );
}
