// The questions, and what each repetition asks: another value every time, so that what an answer left behind helps nobody.

import { integer, makeRandom, pick, type Random } from "../support/random.ts";
import { type Entity, expectedAnswer, type Facts, numberOf } from "./facts.ts";
import { type Answer, type Ask, keysLimit, pageLimit, type Wanted } from "./types.ts";

export interface Question {
  name: string;
  label: string;
  /** Promoted keys are to make it fast, whatever the size of the catalog. */
  isAimed: boolean;
  ask(random: Random, facts: Facts): Ask;
}

const rangeKey = "Ja_meV";
const sortKeys = ["Ja_meV", "T_K", "g_factor"] as const;
const lattices = ["honeycomb", "triangular", "kagome", "square", "pyrochlore"] as const;
/** One of each ground state. */
const stateWords = ["zigzag", "stripy", "degree", "ferromagnet"] as const;

/** All that the questions filter or sort by. */
export const promotedKeys = [...sortKeys, "seed", "lattice"] as const;

export const questions: readonly Question[] = [
  {
    name: "count",
    label: "count of the dataset's children",
    isAimed: false,
    ask: () => ({ kind: "count" }),
  },
  {
    name: "keys",
    label: `list of ${keysLimit} keys`,
    isAimed: false,
    ask: (random, { entities }) => ({ kind: "keys", after: integer(random, 0, roomFor(entities.length)) }),
  },
  {
    name: "metadata",
    label: "metadata of one",
    isAimed: false,
    ask: (random, { entities }) => ({ kind: "metadata", entity: integer(random, 0, entities.length) }),
  },
  {
    name: "artifacts",
    label: "list of the 11 artifacts of one",
    isAimed: false,
    ask: (random, { entities }) => ({ kind: "artifacts", entity: integer(random, 0, entities.length) }),
  },
  {
    name: "betweenPage",
    label: `Ja_meV between v and w, true for ${pageLimit}, all on one page`,
    isAimed: true,
    ask: askBetween,
  },
  rangeQuestion("rangeNarrowPage", "Ja_meV > v, true for 1 %", 0.01, "page"),
  rangeQuestion("rangeNarrowCount", "Ja_meV > v, true for 1 %", 0.01, "count"),
  rangeQuestion("rangeBroadPage", "Ja_meV > v, true for half", 0.5, "page"),
  rangeQuestion("rangeBroadCount", "Ja_meV > v, true for half", 0.5, "count"),
  {
    name: "equalityOne",
    label: "seed = v, true for one",
    isAimed: true,
    ask: (random, { entities }) => ({
      kind: "equality",
      key: "seed",
      value: numberOf(pick(random, entities), "seed"),
    }),
  },
  {
    name: "equalityMany",
    label: `lattice = v, true for a fifth, page of ${pageLimit}`,
    isAimed: true,
    ask: (random) => ({ kind: "equality", key: "lattice", value: pick(random, lattices) }),
  },
  textQuestion("textPage", "page"),
  textQuestion("textCount", "count"),
  {
    name: "distinct",
    label: "distinct lattice, with counts",
    isAimed: false,
    ask: () => ({ kind: "distinct", key: "lattice" }),
  },
  {
    name: "sort",
    label: `sort by a number, page of ${pageLimit}`,
    isAimed: true,
    ask: (random) => ({ kind: "sort", key: pick(random, sortKeys), descending: random() < 0.5 }),
  },
];

/** So many numbers of entities that 200 more follow, if there are so many at all, and one in any case. */
function roomFor(entities: number): number {
  return Math.max(1, entities - keysLimit);
}

/** @param share of the entities that match, within a tenth of it, so that no two repetitions ask the same */
function rangeQuestion(name: string, label: string, share: number, wanted: Wanted): Question {
  return {
    name,
    label: `${label}, ${wanted === "page" ? `page of ${pageLimit}` : "count"}`,
    isAimed: true,
    ask: (random, { entities, sortedBy }) => {
      const matching = share * (0.9 + 0.2 * random());
      const above = valueAt(sortedBy(rangeKey), Math.floor(entities.length * (1 - matching)));
      return { kind: "range", key: rangeKey, above, wanted };
    },
  };
}

/** As many matches in a large catalog, 1 of 1,000 there, as in a small one: what grows is not the answer. */
function askBetween(random: Random, { entities, sortedBy }: Facts): Ask {
  const matches = Math.min(pageLimit, entities.length);
  const first = integer(random, 0, entities.length - matches + 1);
  const sorted = sortedBy(rangeKey);
  const [low, high] = [valueAt(sorted, first), valueAt(sorted, first + matches - 1)];
  return { kind: "between", key: rangeKey, low, high };
}

function valueAt(sorted: readonly Entity[], place: number): number {
  const entity = sorted[place];
  return entity === undefined ? 0 : numberOf(entity, rangeKey);
}

function textQuestion(name: string, wanted: Wanted): Question {
  return {
    name,
    label: `full text, three words, true for 1/60, ${wanted === "page" ? `page of ${pageLimit}` : "count"}`,
    isAimed: false,
    ask: (random) => ({
      kind: "text",
      words: [pick(random, lattices), pick(random, stateWords), "spinw"],
      wanted,
    }),
  };
}

export interface Asked {
  ask: Ask;
  expected: Answer;
}

/** So many of each question, with what must be answered; the same for the same entities on every machine. */
export function makeAsks(facts: Facts, repetitions: number): ReadonlyMap<string, readonly Asked[]> {
  return new Map(
    questions.map(({ name, ask: makeAsk }, index) => {
      const random = makeRandom(1000 + index);
      const asks = Array.from({ length: repetitions }, () => {
        const ask = makeAsk(random, facts);
        return { ask, expected: expectedAnswer(facts, ask) };
      });
      return [name, asks];
    }),
  );
}
