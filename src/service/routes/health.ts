// Is it alive, may it be sent work, how is it doing, what does it take?

import { setTimeout } from "node:timers/promises";
import type { FastifyInstance } from "fastify";
import { readCatalogState } from "../../catalog/index.ts";
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
    await checkDatabase(service);
    return { status: "ok" };
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
async function checkDatabase({ database, keys }: Service): Promise<void> {
  const over = new AbortController();
  const late = setTimeout(patienceMs, null, { signal: over.signal });
  late.catch(() => undefined);
  try {
    const state = await Promise.race([readCatalogState(database), late]);
    if (state === null) throw new Error("no answer in time");
    if (state.kind !== "ready") {
      throw new Refusal(
        503,
        "CATALOG_VERSION",
        "The database holds no catalog that this version can write to.",
      );
    }
    await Promise.race([keys.isEmpty(), late]);
  } catch (error) {
    if (error instanceof CopycatError) throw error;
    throw new Refusal(503, "CONNECTION", "The database cannot be reached.", { cause: error });
  } finally {
    over.abort();
  }
}
