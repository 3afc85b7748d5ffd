// Runs that are recorded, and loads of this service.

import { runStatuses } from "../../ingest/index.ts";
import { loadStates, storeNames } from "../loads/monitor.ts";
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
  time,
} from "./document.ts";

const number = { type: "number", minimum: 0 };

export const liveLoad = exactly({
  id: text,
  store: { enum: [...storeNames] },
  target: orNull(text),
  by: orNull(text),
  state: { enum: [...loadStates] },
  phase: orNull(text),
  done: count,
  rejects: count,
  rate: { ...number, description: "Records a second over the last moments" },
  bytes: { ...count, description: "Of the body, unpacked" },
  receivedAt: time,
  elapsedMs: number,
  error: orNull(text),
});

const summary = {
  target,
  id: text,
  status: { enum: [...runStatuses] },
  dataset: text,
  source: text,
  inputs: { type: "array", items: text },
  startedAt: time,
  finishedAt: orNull(time),
  elapsedMs: orNull(number),
  version: text,
  databaseUser: text,
  systemUser: text,
  by: { ...orNull(text), description: "The name of the key that sent it" },
  host: text,
  processId: count,
  counts: { type: "object" },
  commits: count,
  rejectsFile: orNull(text),
  error: orNull(text),
};

const details = {
  ...summary,
  catalogSchema: text,
  options: { type: "object" },
  position: {},
  report: orNull({ type: "object" }),
};

export const runsSchema = {
  tags: ["runs"],
  summary:
    "The recorded ingests, newest first, and the loads of this service, those that ended lately included",
  ...secured,
  querystring: {
    type: "object",
    properties: {
      dataset: { ...text, description: "Only those that filled it" },
      status: { enum: [...runStatuses] },
      limit: { type: "integer", minimum: 1, maximum: 1000, default: 20 },
    },
    additionalProperties: false,
  },
  response: {
    200: {
      description: "Runs and loads",
      ...exactly(
        {
          runs: { type: "array", items: exactly(summary, ["target"]) },
          loads: { type: "array", items: liveLoad },
          missing,
        },
        ["missing"],
      ),
    },
    ...problems({ 400: "An option that makes no sense", ...accessProblems }),
  },
};

export const idParams = {
  type: "object",
  properties: { id: { ...text, description: "The id of a run, or its first four or more characters" } },
};

export const runSchema = {
  tags: ["runs"],
  summary: "All that is known of one run",
  ...secured,
  params: idParams,
  response: {
    200: {
      description: "As it is recorded, of an ingest; as it goes on, of a load of this service",
      ...exactly({ run: orNull(exactly(details, ["target"])), load: orNull(liveLoad) }),
    },
    ...problems({ 400: "No id, or not unique", 404: "No such run", ...accessProblems }),
  },
};
