// What is measured, from the options on the command line.

import { parseArgs } from "node:util";
import { count, oneOf, serverOptions, settings } from "../support/options.ts";
import { resultsFolder } from "../support/results.ts";
import type { ServerOptions } from "../support/server.ts";
import { availablePeers } from "./peers.ts";
import type { RoundsPlan } from "./rounds.ts";
import { type PeerName, peerNames } from "./types.ts";

const partNames = ["load", "search"] as const;

export interface Plan extends RoundsPlan {
  /** Entities, ascending. */
  sizes: readonly number[];
  parts: readonly (typeof partNames)[number][];
  peers: readonly PeerName[];
  /** Of each question by each way, in all rounds together. */
  repetitions: number;
  /** Of the results; the part `load` adds the number of entities. */
  name: string;
  folder: string;
}

export interface ParsedPlan {
  plan: Plan;
  server: ServerOptions;
  /** Peers that this machine does not have, as sentences. */
  missing: readonly string[];
}

export async function parsePlan(args: string[]): Promise<ParsedPlan> {
  const { values } = parseArgs({
    args,
    options: {
      ...serverOptions,
      entities: { type: "string" },
      parts: { type: "string" },
      peers: { type: "string" },
      repetitions: { type: "string" },
      /** At most so long a question, way and round. */
      seconds: { type: "string" },
    },
  });
  const rounds = count("rounds", values.rounds, 5);
  const repetitionsPerRound = Math.ceil(count("repetitions", values.repetitions, 50) / rounds);
  const parts = list("parts", values.parts, partNames);
  const wanted = list("peers", values.peers === "none" ? "" : values.peers, peerNames);
  const { peers, missing } = await availablePeers(parts.includes("search") ? wanted : []);
  const plan = {
    sizes: (values.entities ?? "10000")
      .split(",")
      .map((size) => count("entities", size, 1))
      .sort((one, other) => one - other),
    parts,
    peers,
    rounds,
    repetitions: rounds * repetitionsPerRound,
    repetitionsPerRound,
    boxMs: count("seconds", values.seconds, 3) * 1000,
    name: values.name ?? "query",
    folder: values.out ?? resultsFolder,
  };
  const server = { dsn: values.dsn, server: values.server, settings: settings(values.set) };
  return { plan, server, missing };
}

/** Those of a list with commas, all when there is none. */
function list<Word extends string>(
  name: string,
  text: string | undefined,
  words: readonly Word[],
): readonly Word[] {
  if (text === undefined) return words;
  return text
    .split(",")
    .filter((word) => word !== "")
    .flatMap((word) => oneOf(name, word, words) ?? []);
}
