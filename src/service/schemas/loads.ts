// What loads take and answer.

import { mergePolicies } from "../../bulk/index.ts";
import { memoryKinds } from "../../memory/index.ts";
import { accessProblems, count, exactly, flag, problems, secured, text } from "./document.ts";

const commonQuery = {
  on_conflict: { enum: [...mergePolicies], description: "What becomes of what is there already" },
  max_rejects: { ...count, description: "More rejects than this fail, with nothing changed" },
  dry_run: { ...flag, description: "Read, check and report; change nothing" },
};

const headers = {
  type: "object",
  properties: {
    "idempotency-key": {
      ...text,
      description:
        "A UUID, which becomes the id of the run: the same request again gets the same answer, and loads nothing",
    },
    "content-encoding": { ...text, description: "gzip, zstd, or identity" },
  },
};

/** Of any type, since it is a stream to whoever looks. */
const body = (description: string) => ({ content: { "application/x-ndjson": { schema: { description } } } });

const reject = exactly({ source: text, position: text, code: text, message: text, record: {} });

const rejects = {
  rejectsFile: { type: "null" },
  rejects: { type: "array", items: reject, description: "The first 100" },
  rejectsLeftOut: { ...count, description: "Rejects beyond those" },
};

const status = { enum: ["completed", "completed_with_rejects"] };

const number = { type: "number", minimum: 0 };
const inserted = exactly({ inserted: count });

const ingestReport = exactly({
  run: text,
  status,
  dataset: text,
  source: text,
  dryRun: flag,
  mode: { enum: ["online", "offline"] },
  triggers: { enum: ["disable", "replica"] },
  nodes: exactly({
    read: count,
    inserted: count,
    updated: count,
    unchanged: count,
    skipped: count,
    rejected: count,
  }),
  dataSources: inserted,
  structures: inserted,
  assets: inserted,
  closure: exactly({ strategy: { enum: ["rebuild", "delta"] }, rows: count, elapsedMs: number }),
  phases: { type: "array", items: exactly({ name: text, elapsedMs: number, rows: count }) },
  elapsedMs: number,
  nodesPerSecond: number,
  peakRssBytes: count,
  files: { type: "object", additionalProperties: count },
  readableStorage: { type: "array", items: text },
  ...rejects,
});

const counts = {
  run: text,
  status,
  read: count,
  inserted: count,
  updated: count,
  unchanged: count,
  skipped: count,
  duplicates: count,
  rejected: count,
  elapsedMs: number,
  rowsPerSecond: number,
  ...rejects,
};

const refusals = problems({
  400: "Nothing of the body can be taken, or it broke, or too many records were rejected; nothing was changed",
  408: "The body stood still",
  409: "Policy `error` met what is there, or the same request is being worked on",
  413: "The body is too large, sent or unpacked",
  415: "Not NDJSON, or packed in another way",
  422: "The Idempotency-Key belongs to another request",
  ...accessProblems,
});

function loadSchema(facts: {
  summary: string;
  records: string;
  query: Readonly<Record<string, object>>;
  required?: readonly string[];
  report: object;
}) {
  const { summary, records, query, required = [], report } = facts;
  return {
    tags: ["loads"],
    summary,
    ...secured,
    headers,
    querystring: {
      type: "object",
      properties: { ...commonQuery, ...query },
      required,
      additionalProperties: false,
    },
    body: body(records),
    response: { 200: { description: "All is in but for the rejects", ...report }, ...refusals },
  };
}

export const ingestSchema = loadSchema({
  summary: "Node records into the catalog, as `copycat ingest -` takes them",
  records: "A node a line, parents in any order",
  query: {
    mode: { enum: ["auto", "online", "offline"] },
    source: { ...text, description: "Label of the run" },
  },
  report: ingestReport,
});

export const memorySchema = {
  ...loadSchema({
    summary: "Memory entries, patterns or trajectories",
    records: "A record a line",
    query: {
      namespace: { ...text, description: "Of entries that name none" },
      dimensions: {
        type: "integer",
        minimum: 1,
        description: "Numbers in an embedding, of a store that is made",
      },
      keep_embeddings: {
        ...flag,
        description: "On update, a record without an embedding leaves the one that is stored",
      },
    },
    report: exactly({ ...counts, kind: { enum: [...memoryKinds] } }),
  }),
  params: { type: "object", properties: { kind: { enum: [...memoryKinds] } } },
};

export const simulationSchema = loadSchema({
  summary: "Updates of a simulation",
  records: "An update a line: dataset, timestamp, iteration, data",
  query: {
    scenario: {
      ...text,
      minLength: 1,
      description: "Which run of a simulation it is; it is made when there is none",
    },
  },
  required: ["scenario"],
  report: exactly({
    ...counts,
    scenario: text,
    updates: count,
    initialDatasets: count,
    arrays: count,
    bytes: count,
  }),
});

export const librarySchema = loadSchema({
  summary: "Files of a library, as `copycat library export` writes them",
  records: "A file a line; `path` and `size` are needed",
  query: {
    library: { ...text, minLength: 1, description: "Default `default`; it is made when there is none" },
  },
  report: exactly({ ...counts, library: text }),
});

/** What any load takes in its query. */
export const loadParameters: ReadonlySet<string> = new Set(
  [ingestSchema, memorySchema, simulationSchema, librarySchema].flatMap(({ querystring }) =>
    Object.keys(querystring.properties),
  ),
);
