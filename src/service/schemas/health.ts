// Probes, metrics, and this document itself.

import { exactly, problems, secured } from "./document.ts";

const ok = { description: "It does", ...exactly({ status: { const: "ok" } }) };

const ready = {
  description: "It may; `degraded` where some of several servers do not answer",
  ...exactly({ status: { enum: ["ok", "degraded"] } }),
};

export const livingSchema = {
  tags: ["health"],
  summary: "Whether the process lives; asks nobody else",
  response: { 200: ok },
};

export const readySchema = {
  tags: ["health"],
  summary:
    "Whether it may be sent work: the database answers and has its tables, and it is not shutting down; of several servers one is enough",
  response: { 200: ready, ...problems({ 503: "It may not, and why" }) },
};

export const textSchema = {
  tags: ["health"],
  summary: "Counts for Prometheus",
  ...secured,
  response: {
    200: { description: "Metrics", content: { "text/plain": { schema: { type: "string" } } } },
    ...problems({ 401: "No key, or none that works", 429: "Too many requests" }),
  },
};

export const openApiSchema = {
  tags: ["health"],
  summary: "This document",
  response: { 200: { description: "OpenAPI 3.1", type: "object", additionalProperties: true } },
};
