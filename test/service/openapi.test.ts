// The OpenAPI document: every route is in it, and real answers are as it says.

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { useDatabase } from "../support/database.ts";
import { faultOf, type Paths } from "./openapi.ts";
import { get, nodes, post, useService } from "./support.ts";

const database = useDatabase();
const service = useService(database);

let paths: Paths;

beforeAll(async () => {
  const { body } = await get(`${service.url}/openapi.json`);
  expect(body.openapi).toMatch(/^3\.1/);
  paths = body.paths;
});

/** As the document writes it: `/v1/runs/{id}`. */
const named = (url: string): string => url.replaceAll(/:(\w+)/g, "{$1}");

/** The routes of fastify's tree, four characters a level: `POST /v1/ingest`. */
function routesOf(tree: string): string[] {
  const above: string[] = [];
  return tree.split("\n").flatMap((line) => {
    const [, indent = "", part = "", methods = ""] = /^([│├└─ ]*)(\S+)(?: \(([A-Z, ]+)\))?/.exec(line) ?? [];
    const depth = Math.max(0, indent.length / 4 - 1);
    above.splice(depth, above.length, part.startsWith("(") ? "" : part);
    const url = named(above.join(""));
    return methods
      .split(", ")
      .filter((method) => method !== "" && method !== "HEAD")
      .map((method) => `${method} ${url}`);
  });
}

describe("the document", () => {
  it("has every route but for the page's, and no other", () => {
    const routes = routesOf(service.running.app.printRoutes({ commonPrefix: false }));
    const isPage = (route: string): boolean => /^GET \/([\w-]+\.(css|js|svg|html))?$/.test(route);
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(routes.length).toBeGreaterThan(12);
    expect(documented.sort()).toEqual(routes.filter((route) => !isPage(route)).sort());
  });

  it("and the page for readers tell of the same routes", () => {
    const page = readFileSync(new URL("../../docs/service.md", import.meta.url), "utf8");
    const told = [...page.matchAll(/^\| `(GET|POST) (\/[^`]*)` \|/gm)].map(
      ([, method, path]) => `${method} ${path}`,
    );
    const documented = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(told.sort()).toEqual(documented.sort());
  });

  it("says of every route what it is for, and what goes wrong", () => {
    for (const [path, methods] of Object.entries(paths)) {
      for (const operation of Object.values(methods)) {
        expect([path, operation.summary]).toEqual([path, expect.stringMatching(/^[A-Z]/)]);
        expect([path, Object.keys(operation.responses)]).toEqual([path, expect.arrayContaining(["200"])]);
      }
    }
  });
});

describe("real answers", () => {
  const update = '{"dataset":"a","timestamp":1,"iteration":0,"data":{"g":{"id":[1]}}}';
  it.each([
    ["/v1/ingest", "", `${nodes("API", 3)}{`],
    ["/v1/memory/{kind}", "?dimensions=2", '{"key":"a","value":"b","embedding":[0,1]}\n{'],
    ["/v1/simulation/updates", "?scenario=api", `${update}\n{`],
    ["/v1/library/files", "", '{"path":"a","size":1}\n{'],
  ])("of POST %s are as the document says", async (path, query, body) => {
    const url = `${service.url}${path.replace("{kind}", "entries")}${query}`;
    const answer = await post(url, body);
    expect([answer.status, answer.body.status]).toEqual([200, "completed_with_rejects"]);
    expect(await faultOf(paths, path, "post", answer)).toBeNull();
    const tooMany = await post(`${url}${query === "" ? "?" : "&"}max_rejects=0`, "{");
    expect(tooMany.status).toBe(400);
    expect(await faultOf(paths, path, "post", tooMany)).toBeNull();
    const packed = await post(url, body, { "content-encoding": "br" });
    expect(await faultOf(paths, path, "post", packed)).toBeNull();
  });

  it("of the reads are as the document says", async () => {
    const { body } = await post(`${service.url}/v1/ingest`, nodes("READ", 3));
    for (const [path, url] of [
      ["/v1/runs", "/v1/runs"],
      ["/v1/runs", "/v1/runs?limit=-1"],
      ["/v1/runs/{id}", `/v1/runs/${body.run}`],
      ["/v1/runs/{id}", "/v1/runs/00000000-0000-0000-0000-000000000000"],
      ["/v1/search", "/v1/search?dataset=READ&limit=2"],
      ["/v1/search", "/v1/search?dataset=NONE"],
      ["/v1/runs/{id}/events", `/v1/runs/${body.run}/events`],
      ["/v1/status", "/v1/status"],
      ["/healthz", "/healthz"],
      ["/readyz", "/readyz"],
      ["/metrics", "/metrics"],
      ["/openapi.json", "/openapi.json"],
    ] as const) {
      expect([url, await faultOf(paths, path, "get", await get(`${service.url}${url}`))]).toEqual([
        url,
        null,
      ]);
    }
  });

  it("are seen through when they are not", async () => {
    const answer = await get(`${service.url}/v1/runs`);
    const wrong = { ...answer, body: { ...answer.body, runs: "none" } };
    expect(await faultOf(paths, "/v1/runs", "get", wrong)).toContain("runs");
  });
});
