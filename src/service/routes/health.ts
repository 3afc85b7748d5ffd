// Is it alive, may it be sent work, how is it doing, what does it take?

import { setTimeout } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { CopycatError } from "../../errors.ts";
import { Refusal } from "../problem.ts";
import { shuttingDown } from "../queue.ts";
import { livingSchema, openApiSchema, readySchema, textSchema } from "../schemas/health.ts";
import type { Service } from "../service.ts";

/** A probe must not wait as long as a connection may. */
const patienceMs = 3000;

/** Every few seconds, for ever: only what goes wrong is worth a line. */
const logLevel = "warn";

const open = { access: "open" } as const;

export function addHealthRoutes(app: FastifyInstance, service: Service): void {
  app.get("/healthz", { schema: livingSchema, logLevel, config: open }, async () => ({ status: "ok" }));
  app.get("/readyz", { schema: readySchema, logLevel, config: open }, async () => {
    if (service.isClosing) throw shuttingDown();
    return { status: await checkDatabase(service) };
  });
  app.get(
    "/metrics",
    { schema: textSchema, logLevel, config: { access: "read" } },
    async (_request, reply) => {
      const { registry } = service.metrics;
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );
  app.get("/openapi.json", { schema: openApiSchema, config: open }, async () => app.swagger());
}

/** @throws Refusal 503; strangers may ask, so it says what is wrong and nothing of where */
async function checkDatabase({ catalogs, keys }: Service): Promise<"ok" | "degraded"> {
  const over = new AbortController();
  const late = setTimeout(patienceMs, null, { signal: over.signal });
  late.catch(() => undefined);
  try {
    const [status] = (await Promise.race([Promise.all([catalogs.checkReady(), keys.isEmpty()]), late])) ?? [];
    if (status === undefined) throw new Error("no answer in time");
    return status;
  } catch (error) {
    if (error instanceof CopycatError) throw error;
    throw new Refusal(503, "CONNECTION", "The database cannot be reached.", { cause: error });
  } finally {
    over.abort();
  }
}
