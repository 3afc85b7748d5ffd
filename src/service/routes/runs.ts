// What was ingested when, and what is going on now.

import type { FastifyInstance } from "fastify";
import { CopycatError } from "../../errors.ts";
import type { RunStatus } from "../../ingest/index.ts";
import { runSchema, runsSchema } from "../schemas/runs.ts";
import type { Service } from "../service.ts";

interface RunsQuery {
  dataset?: string;
  status?: RunStatus;
  limit?: number;
}

const access = { access: "read" } as const;

export function addRunRoutes(app: FastifyInstance, { catalogs, monitor }: Service): void {
  app.get<{ Querystring: RunsQuery }>(
    "/v1/runs",
    { schema: runsSchema, config: access },
    async ({ query }) => ({ ...(await catalogs.listRuns(query)), loads: monitor.list() }),
  );
  app.get<{ Params: { id: string } }>(
    "/v1/runs/:id",
    { schema: runSchema, config: access },
    async ({ params }) => {
      const load = monitor.find(params.id.toLowerCase());
      // Loads of the other stores are known to the service alone, as long as it lives.
      const run = await catalogs
        .getRun(params.id)
        .catch(orNull(load === null ? ["NOT_FOUND"] : mayBeUnknown));
      if (run !== null || load !== null) return { run, load };
      throw new CopycatError("NOT_FOUND", `There is no run ${params.id}.`);
    },
  );
}

/** Of a load that is known here: its record is there later, or on a server that is down. */
const mayBeUnknown = ["NOT_FOUND", "CONNECTION"];

/** For what is no failure. */
function orNull(codes: readonly string[]): (error: unknown) => null {
  return (error) => {
    if (error instanceof CopycatError && codes.includes(error.code)) return null;
    throw error;
  };
}
