// The page for people: the files of a folder, as they are.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { FastifyInstance } from "fastify";

const folder = fileURLToPath(new URL("../page/", import.meta.url));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
};

/** Nothing from elsewhere, and in nobody's frame. */
const headers = {
  "content-security-policy":
    "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cache-control": "no-cache",
};

/** `index.html` at `/`, all other files by their names. They hold no data: whoever opens them needs a key for that. */
export function addPage(app: FastifyInstance): void {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  for (const name of names) {
    const type = types[extname(name)];
    if (type === undefined) continue;
    const bytes = readFileSync(join(folder, name));
    const url = name === "index.html" ? "/" : `/${name}`;
    app.get(url, { schema: { hide: true }, config: { access: "open" } }, (_request, reply) =>
      reply.headers(headers).type(type).send(bytes),
    );
  }
}
