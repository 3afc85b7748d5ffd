// What the page for people shows beside loads and runs.

import type { FastifyInstance } from "fastify";
import { readVersion } from "../../version.ts";
import { DatasetCounter } from "../datasetCounts.ts";
import { Rates } from "../loads/rates.ts";
import { statusSchema } from "../schemas/status.ts";
import type { Service } from "../service.ts";

export function addStatusRoute(app: FastifyInstance, { database, catalogs, monitor }: Service): void {
  const rates = new Rates();
  const counter = new DatasetCounter(catalogs);
  const startedAt = new Date();
  const facts = { version: readVersion(), startedAt, database: describeDatabase(database) };
  const end = monitor.listen((load) => rates.count(load));
  app.addHook("onClose", async () => {
    end();
    await counter.stop();
  });
  app.get("/v1/status", { schema: statusSchema, config: { access: "read" } }, async (_request, reply) => {
    void reply.header("cache-control", "no-store");
    const targets = await catalogs.listTargets();
    return { ...facts, ...(targets && { targets }), rates: rates.read(), datasets: counter.read() };
  });
}

/** Where records go, without who sends them there. */
function describeDatabase({ name, serverVersion }: Service["database"]) {
  const url = URL.canParse(name) ? new URL(name) : null;
  return {
    name: decodeURIComponent(url?.pathname.slice(1) ?? ""),
    host: url?.host || url?.searchParams.get("host") || "",
    serverVersion,
  };
}
