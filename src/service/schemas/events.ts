// Streams of events.

import { accessProblems, problems, secured, text } from "./document.ts";
import { idParams } from "./runs.ts";

const stream = {
  description: "Server-sent events named `load`; each has a load as JSON, as GET /v1/runs lists them",
  content: { "text/event-stream": { schema: text } },
};

export const allEventsSchema = {
  tags: ["runs"],
  summary: "The loads of this service as they go on; those that are there come first",
  ...secured,
  response: { 200: stream, ...problems(accessProblems) },
};

export const runEventsSchema = {
  tags: ["runs"],
  summary: "One load as it goes on; the stream ends with it",
  ...secured,
  params: idParams,
  response: { 200: stream, ...problems({ 404: "It is not known here", ...accessProblems }) },
};
