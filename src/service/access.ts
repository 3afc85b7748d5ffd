// Who may do what: keys, scopes, and so many requests a minute.

import type { FastifyInstance, FastifyRequest } from "fastify";
import type { KeyScope, KnownKey } from "./keys.ts";
import { isLoopback, isOfOtherSite, isPassedOn, namesLoopback } from "./loopback.ts";
import { Refusal } from "./problem.ts";
import type { Service } from "./service.ts";

/** What a route says of itself; one that says nothing needs `write`. `open` routes tell nothing that a stranger must not know. */
export type Access = KeyScope | "open";

export interface Caller {
  /** Of the key; null where none is needed. */
  name: string | null;
}

declare module "fastify" {
  interface FastifyRequest {
    caller: Caller;
  }
  interface FastifyContextConfig {
    access?: Access;
  }
}

const nobody: Caller = { name: null };

export function addAccess(app: FastifyInstance, service: Service): void {
  app.decorateRequest("caller");
  const count = app.createRateLimit({
    keyGenerator: whose,
  });
  app.addHook("onRequest", async (request, reply) => {
    request.caller = nobody;
    const { access = "write" } = request.routeOptions.config;
    if (access === "open" || request.is404) return;
    const known = await identify(service, request);
    if (known !== null) request.caller = { name: known.name };
    // Strangers are counted by their address before they are refused.
    const limit = await count(request);
    if (!limit.isAllowed && limit.isExceeded) throw tooMany(limit.ttlInSeconds);
    if (!limit.isAllowed) reply.header("ratelimit-remaining", limit.remaining);
    if (known === null && !(await isOpen(service, request))) throw unknown();
    if (known?.scope === "read" && access === "write") {
      throw new Refusal(403, "PERMISSION", `The key ${known.name} may read only.`);
    }
  });
}

/** By whom limits of a caller go: by key, or by address where there is none. */
export function whose({ caller: { name }, ip }: Pick<FastifyRequest, "caller" | "ip">): string {
  return name === null ? `address ${ip}` : `key ${name}`;
}

async function identify({ keys }: Service, { headers }: FastifyRequest): Promise<KnownKey | null> {
  const key = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
  return key === undefined ? null : keys.find(key);
}

/** Without any key this machine may do all, but for what others make it send. */
async function isOpen({ keys, settings }: Service, { headers, ip }: FastifyRequest): Promise<boolean> {
  if (headers.authorization !== undefined || !isLoopback(settings.host)) return false;
  if (!isLoopback(ip) || !namesLoopback(headers.host)) return false;
  return !isPassedOn(headers) && !isOfOtherSite(headers) && (await keys.isEmpty());
}

function unknown(): Refusal {
  return new Refusal(
    401,
    "PERMISSION",
    "Send a key that works: Authorization: Bearer KEY (copycat serve keys add).",
    {
      headers: { "www-authenticate": 'Bearer realm="copycat"' },
    },
  );
}

function tooMany(seconds: number): Refusal {
  return new Refusal(429, "BUSY", "Too many requests in this minute; come again later.", {
    headers: { "retry-after": String(Math.max(1, seconds)) },
  });
}
