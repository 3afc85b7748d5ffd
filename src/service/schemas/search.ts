// A search and its page.

import {
  accessProblems,
  count,
  exactly,
  missing,
  orNull,
  problems,
  secured,
  target,
  text,
} from "./document.ts";

const texts = { type: "array", items: text };

export const searchSchema = {
  tags: ["search"],
  summary: "Nodes by what they hold, as `copycat search --json`",
  ...secured,
  querystring: {
    type: "object",
    properties: {
      dataset: { ...text, description: "Path of a dataset; the entities of all when left out" },
      under: { ...text, description: "Path of a container: all below it, at any depth" },
      where: { ...texts, description: "A filter such as `Ja_meV > 0.5`; all of several hold" },
      text: { ...text, description: "All of these words, in whatever texts of the metadata" },
      source: { ...text, description: "The label that tells modalities apart" },
      sort: { ...texts, description: "A key, or -KEY for the largest first" },
      limit: { type: "integer", minimum: 0, maximum: 1000, default: 20 },
      cursor: { ...text, description: "`next` of the page before" },
    },
    additionalProperties: false,
  },
  response: {
    200: {
      description: "A page",
      ...exactly(
        {
          count: { ...count, description: "Of all that fit" },
          nodes: {
            type: "array",
            items: exactly(
              { target, id: count, path: text, structureFamily: text, metadata: { type: "object" } },
              ["target"],
            ),
          },
          next: orNull(text),
          missing,
        },
        ["missing"],
      ),
    },
    ...problems({
      400: "A filter, a key or a cursor that cannot be read",
      404: "No such dataset",
      ...accessProblems,
    }),
  },
};
