// What was ingested when, and what is going on now.

import type { FastifyInstance } from "fastify";
import { CopycatError } from "../../errors.ts";
import { getRun, listRuns, type RunDetails, type RunStatus } from "../../ingest/index.ts";
import { runSchema, runsSchema } from "../schemas/runs.ts";
import type { Service } from "../service.ts";

interface RunsQuery {
  dataset?: string;
  status?: RunStatus;
  limit?: number;
}

const access = { access: "read" } as const;

export function addRunRoutes(app: FastifyInstance, { reads, monitor }: Service): void {
  app.get<{ Querystring: RunsQuery }>(
    "/v1/runs",
    { schema: runsSchema, config: access },
    async ({ query }) => {
      const runs = await listRuns(reads, query);
      return { runs, loads: monitor.list() };
    },
  );
  app.get<{ Params: { id: string } }>(
    "/v1/runs/:id",
    { schema: runSchema, config: access },
    async ({ params }) => {
      const load = monitor.find(params.id.toLowerCase());
      const run = await findRun(() => getRun(reads, params.id));
      if (run !== null || load !== null) return { run, load };
      throw new CopycatError("NOT_FOUND", `There is no run ${params.id}.`);
    },
  );
}

/** Loads of the other stores are known to the service alone, as long as it lives. */
async function findRun(get: () => Promise<RunDetails>): Promise<RunDetails | null> {
  try {
    return await get();
  } catch (error) {
    if (error instanceof CopycatError && error.code === "NOT_FOUND") return null;
    throw error;
  }
}
