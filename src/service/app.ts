// The application: what holds for every route, and the routes.

import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Socket } from "node:net";
import { fastifyRateLimit } from "@fastify/rate-limit";
import { fastifySwagger } from "@fastify/swagger";
import fastify, {
  type ConnectionError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from "fastify";
import { readVersion } from "../version.ts";
import { addAccess } from "./access.ts";
import { ndjson } from "./mediaType.ts";
import { Refusal, toProblem } from "./problem.ts";
import { addEventRoutes } from "./routes/events.ts";
import { addHealthRoutes } from "./routes/health.ts";
import { addLoadRoutes } from "./routes/loads.ts";
import { addPage } from "./routes/page.ts";
import { addRunRoutes } from "./routes/runs.ts";
import { addSearchRoute } from "./routes/search.ts";
import { addStatusRoute } from "./routes/status.ts";
import { description, tags } from "./schemas/document.ts";
import type { Service } from "./service.ts";
import type { LogLine } from "./settings.ts";

/** Each may be silent for ten seconds; more than this are nobody's who means well. */
const mostConnections = 1000;

export async function makeApp(service: Service, log?: LogLine): Promise<FastifyInstance> {
  const app = fastify({
    logger:
      log === undefined
        ? false
        : { level: service.settings.logLevel, stream: log, redact: ["req.headers.authorization"] },
    // What answers badly is told apart by its id, in the log as well.
    genReqId: () => crypto.randomUUID(),
    // What cannot be routed at all is answered like all else.
    frameworkErrors: (error, request, reply) => void answerError(error, { service, request, reply }),
    clientErrorHandler: answerBroken,
    forceCloseConnections: "idle",
    keepAliveTimeout: 5000,
    // Of the whole request: a body may take as long as it moves, which `Received` sees to.
    requestTimeout: 0,
    http: { headersTimeout: service.settings.headersMs, connectionsCheckingInterval: 1000 },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: "array", allErrors: true } },
  });
  app.server.maxConnections = mostConnections;
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.removeAllContentTypeParsers();
  // Bodies are read by the loads themselves, chunk by chunk; nothing else has one.
  app.addContentTypeParser(ndjson, (_request, payload, done) => done(null, payload));
  app.setErrorHandler((error, request, reply) => answerError(error, { service, request, reply }));
  app.setNotFoundHandler((request, reply) => {
    const error = new Refusal(
      404,
      "NOT_FOUND",
      `There is no ${request.method} ${request.url.split("?")[0]}.`,
    );
    return answerError(error, { service, request, reply });
  });
  await app.register(fastifyRateLimit, {
    global: false,
    max: service.settings.requestsPerMinute,
    timeWindow: 60_000,
  });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: "3.1.0",
      info: { title: "copycat", version: readVersion(), description },
      tags,
      components: { securitySchemes: { key: { type: "http", scheme: "bearer" } } },
    },
  });
  // No text of PostgreSQL has this character, so no name does.
  app.addHook("onRequest", async ({ url }) => {
    if (/%00/.test(url)) throw new Refusal(400, "USAGE", "The address has a null character (%00).");
  });
  addAccess(app, service);
  addObservation(app, service);
  // Routes are told to the document after it is there.
  await app.register(async (routes) => {
    addHealthRoutes(routes, service);
    addLoadRoutes(routes, service);
    addRunRoutes(routes, service);
    addEventRoutes(routes, service);
    addSearchRoute(routes, service);
    addStatusRoute(routes, service);
    addPage(routes);
  });
  await app.ready();
  return app;
}

function addObservation(app: FastifyInstance, { metrics }: Service): void {
  app.addHook("onResponse", async (request, reply) => {
    const route = request.routeOptions.url ?? "none";
    metrics.countRequest({ method: request.method, route, status: reply.statusCode }, reply.elapsedTime);
  });
}

/** What is no HTTP, or comes too late: there is no request to answer yet. */
function answerBroken(error: ConnectionError, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) return void socket.destroy();
  const refusals: Record<string, Refusal> = {
    ERR_HTTP_REQUEST_TIMEOUT: new Refusal(408, "USAGE", "The head of the request came too slowly."),
    HPE_HEADER_OVERFLOW: new Refusal(431, "USAGE", "The head of the request is too long."),
  };
  const refusal =
    refusals[error.code] ?? new Refusal(400, "USAGE", "The request is no HTTP that can be read.");
  const { problem } = toProblem(refusal, (text) => text);
  const body = JSON.stringify({ ...problem, instance: `urn:uuid:${crypto.randomUUID()}` });
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    "Content-Type: application/problem+json",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  socket.end(`${head.join("\r\n")}\r\n\r\n${body}`);
}

const briefly = 500;

async function answerError(
  error: unknown,
  { service, request, reply }: { service: Service; request: FastifyRequest; reply: FastifyReply },
): Promise<FastifyReply> {
  const { problem, headers } = toProblem(error, (text) => service.catalogs.hide(text));
  // Who is gone, or came as the service stops, is no failure.
  if (problem.code === "CANCELLED") request.log.info(problem.detail);
  else if (problem.status >= 500) request.log.error(error);
  if (!request.raw.complete) await leaveBody(request, reply);
  return reply
    .code(problem.status)
    .headers(headers)
    .type("application/problem+json")
    .send({ ...problem, instance: `urn:uuid:${request.id}` });
}

/** A large body that nobody wants ends the connection; what is under way is let in, or the client would not see the answer. */
async function leaveBody({ raw }: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (!raw.readableDidRead) await letIn(raw);
  if (!raw.complete) reply.header("connection", "close");
}

function letIn(raw: IncomingMessage): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, briefly);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    raw.once("end", end).once("error", end).once("close", end).resume();
  });
}
