// What the page for people shows beside loads and runs.

import { storeNames } from "../loads/monitor.ts";
import { stepCount } from "../loads/rates.ts";
import {
  accessProblems,
  count,
  exactly,
  flag,
  orNull,
  problems,
  secured,
  target,
  text,
  time,
} from "./document.ts";

const rate = { type: "number", minimum: 0 };
const steps = { type: "array", items: rate, minItems: stepCount, maxItems: stepCount };

export const statusSchema = {
  tags: ["runs"],
  summary: "How the service is doing: records a second over the last ten minutes, and nodes of each dataset",
  ...secured,
  response: {
    200: {
      description: "Its state",
      ...exactly(
        {
          version: text,
          startedAt: time,
          database: {
            ...exactly({ name: text, host: text, serverVersion: count }),
            description: "Of several servers the one that has the keys",
          },
          targets: {
            type: "array",
            items: exactly({ name: text, answers: flag }),
            description: "Where there are several servers",
          },
          rates: exactly({
            stepMs: { ...count, description: "Length of a step" },
            ageMs: { ...count, description: "Since the last step that is told of has ended" },
            stores: {
              ...exactly(Object.fromEntries(storeNames.map((store) => [store, steps]))),
              description: "Records a second, the oldest step first",
            },
          }),
          datasets: {
            ...orNull(
              exactly({
                countedAt: time,
                datasets: { type: "array", items: exactly({ target, key: text, nodes: count }, ["target"]) },
                leftOut: { ...count, description: "Datasets with fewer nodes that are not listed" },
              }),
            ),
            description: "As counted last; null as long as they are not",
          },
        },
        ["targets"],
      ),
    },
    ...problems(accessProblems),
  },
};
