// Records in: the same loads as the command line's, from a body.

import type { FastifyInstance, FastifyRequest } from "fastify";
import type { MergePolicy } from "../../bulk/index.ts";
import type { LoadMode } from "../../catalog/index.ts";
import type { IngestOptions, IngestReport } from "../../ingest/index.ts";
import { loadLibraryFiles } from "../../library/index.ts";
import { type LoadFileReport, loadMemoryFile, type MemoryKind } from "../../memory/index.ts";
import { loadSimulation } from "../../simulation/index.ts";
import type { LoadPlace } from "../catalogs/types.ts";
import { inQueries } from "../inQueries.ts";
import { type LoadHooks, type Outcomes, runLoad } from "../loads/runLoad.ts";
import { requireNdjson } from "../mediaType.ts";
import { ingestSchema, librarySchema, memorySchema, simulationSchema } from "../schemas/loads.ts";
import type { Service } from "../service.ts";

/** What every load takes. */
interface CommonQuery {
  on_conflict?: MergePolicy;
  max_rejects?: number;
  dry_run?: boolean;
}

type IngestQuery = CommonQuery & { mode?: LoadMode; source?: string };
type MemoryQuery = CommonQuery & { namespace?: string; dimensions?: number; keep_embeddings?: boolean };

const access = { access: "write" } as const;

export function addLoadRoutes(app: FastifyInstance, service: Service): void {
  const { database, catalogs } = service;
  /** Of the stores that are no catalog. */
  const findPlace = async (): Promise<LoadPlace> => ({ database, others: async () => [] });
  const options = (schema: object) => ({
    schema,
    config: access,
    bodyLimit: Number.MAX_SAFE_INTEGER,
    // An empty body without a type is let through to the handler, and any page may have a browser send one.
    preValidation: async (request: FastifyRequest) => requireNdjson(request.headers["content-type"]),
  });

  app.post<{ Querystring: IngestQuery }>("/v1/ingest", options(ingestSchema), (request, reply) =>
    runLoad(
      service,
      { request, reply },
      {
        store: "catalog",
        target: null,
        maxRejects: request.query.max_rejects,
        findPlace: (body) => catalogs.place(body),
        load: (place, hooks: LoadHooks<IngestReport>) =>
          place.ingest(ingestOptions(service, request.query, hooks)),
        outcomesOf: ({ nodes }) => nodes,
      },
    ),
  );
  app.post<{ Querystring: MemoryQuery; Params: { kind: MemoryKind } }>(
    "/v1/memory/:kind",
    options(memorySchema),
    (request, reply) =>
      runLoad(
        service,
        { request, reply },
        {
          store: "memory",
          target: request.params.kind,
          maxRejects: request.query.max_rejects,
          findPlace,
          load: (_place, hooks) =>
            loadMemoryFile(database, memoryOptions(request.query, request.params.kind, hooks)),
          outcomesOf,
        },
      ),
  );
  app.post<{ Querystring: CommonQuery & { scenario: string } }>(
    "/v1/simulation/updates",
    options(simulationSchema),
    (request, reply) =>
      runLoad(
        service,
        { request, reply },
        {
          store: "simulation",
          target: request.query.scenario,
          maxRejects: request.query.max_rejects,
          findPlace,
          // All in one transaction, as the other loads are.
          load: (_place, hooks) =>
            loadSimulation(database, {
              ...common(request.query, hooks),
              ...policyOf(request.query),
              scenario: request.query.scenario,
              commitEvery: 0,
            }),
          outcomesOf,
        },
      ),
  );
  app.post<{ Querystring: CommonQuery & { library?: string } }>(
    "/v1/library/files",
    options(librarySchema),
    (request, reply) =>
      runLoad(
        service,
        { request, reply },
        {
          store: "library",
          target: request.query.library ?? "default",
          maxRejects: request.query.max_rejects,
          findPlace,
          load: (_place, hooks) =>
            loadLibraryFiles(database, {
              ...common(request.query, hooks),
              ...policyOf(request.query),
              library: request.query.library ?? "default",
            }),
          outcomesOf,
        },
      ),
  );
}

function ingestOptions(
  { settings }: Service,
  query: IngestQuery,
  hooks: LoadHooks<IngestReport>,
): IngestOptions {
  const { run, by, onProgress } = hooks;
  const { mode, source } = query;
  const { input, ...rest } = common(query, hooks);
  return {
    ...rest,
    ...policyOf(query),
    inputs: [input],
    run,
    ...(by === null ? {} : { by }),
    nameSetting: inQueries,
    keepsRejects: true,
    guard: settings.roots === null ? {} : { roots: settings.roots },
    onProgress: ({ phase, nodes, rejects }) => onProgress({ phase, done: nodes, rejected: rejects }),
    ...(mode === undefined ? {} : { mode }),
    ...(source === undefined ? {} : { source }),
  };
}

function memoryOptions(query: MemoryQuery, kind: MemoryKind, hooks: LoadHooks<LoadFileReport>) {
  const { on_conflict, namespace, dimensions, keep_embeddings: keepEmbedding = false } = query;
  return {
    ...common(query, hooks),
    kind,
    keepEmbedding,
    linesOnly: true,
    ...(on_conflict === undefined ? {} : { onConflict: on_conflict }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(dimensions === undefined ? {} : { dimensions }),
  };
}

function common<Report>(
  { max_rejects, dry_run: dryRun = false }: CommonQuery,
  { stdin, rejectsFile, signal, log, onProgress, keeping }: LoadHooks<Report>,
) {
  const maxRejects = max_rejects === undefined ? {} : { maxRejects: max_rejects };
  return { input: "-", stdin, rejectsFile, signal, log, onProgress, dryRun, ...keeping, ...maxRejects };
}

function policyOf({ on_conflict: policy }: CommonQuery): { policy?: MergePolicy } {
  return policy === undefined ? {} : { policy };
}

function outcomesOf(report: object): Outcomes {
  const { read, inserted, updated, unchanged, skipped, duplicates, rejected } = report as Outcomes as Record<
    string,
    number
  >;
  const all = { read, inserted, updated, unchanged, skipped, duplicates, rejected };
  return Object.fromEntries(Object.entries(all).map(([name, count]) => [name, count ?? 0]));
}
