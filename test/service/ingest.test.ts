// Node records over HTTP: what goes in, what is told, what is refused.

import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { verifyCatalog } from "../../src/catalog/index.ts";
import { useDatabase } from "../support/database.ts";
import { nodes, post, useService, zstdStored } from "./support.ts";

const database = useDatabase();
const service = useService(database, { roots: ["/data"] });

const ingest = (query = ""): string => `${service.url}/v1/ingest${query}`;

const countOf = (name: string): Promise<number> =>
  database.value<number>("select count(*)::int from nodes where key = $1", [name]);

describe("a body of records", () => {
  it("goes in, and the answer is the report that --json prints", async () => {
    const { status, body } = await post(ingest(), nodes("PLAIN", 20));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: "completed",
      dataset: "PLAIN",
      dryRun: false,
      nodes: { read: 21, inserted: 21, updated: 0, unchanged: 0, skipped: 0, rejected: 0 },
      rejects: [],
      rejectsLeftOut: 0,
      rejectsFile: null,
    });
    expect((await verifyCatalog(database.database)).ok).toBe(true);
    const run = await database.rows("select status, inputs, rejects_file from copycat.run where id = $1", [
      body.run,
    ]);
    expect(run).toEqual([{ status: "completed", inputs: ["-"], rejects_file: null }]);
  });

  it.each([
    ["gzip", (text: string) => gzipSync(text)],
    ["zstd", (text: string) => zstdStored(Buffer.from(text))],
    ["identity", (text: string) => Buffer.from(text)],
  ])("goes in packed with %s", async (encoding, pack) => {
    const name = `PACKED_${encoding}`;
    const { status, body } = await post(ingest(), pack(nodes(name, 5000)), { "content-encoding": encoding });
    expect(status).toBe(200);
    expect(body.nodes).toMatchObject({ read: 5001, inserted: 5001 });
    expect(await countOf(name)).toBe(1);
  });

  it("has its bad records in the answer, exact to the digit, and the others in the catalog", async () => {
    const bad = '{"path":"/SOME/x/y/z","metadata":{"J":1.0,"n":9007199254740993}}';
    const response = await fetch(ingest(), {
      method: "POST",
      headers: { "content-type": "application/x-ndjson" },
      body: `{"path":"/SOME"}\n{"path":\n\n${bad}\n{"path":"/SOME/a"}`,
    });
    const text = await response.text();
    const body = JSON.parse(text) as { rejects: unknown[] };
    expect(body).toMatchObject({
      status: "completed_with_rejects",
      nodes: { read: 4, inserted: 2, rejected: 2 },
      rejectsLeftOut: 0,
    });
    expect(body.rejects).toMatchObject([
      { source: "-", position: "line 2", code: "invalid_json", record: '{"path":' },
      { position: "line 4", code: "parent_missing" },
    ]);
    expect(text).toContain("9007199254740993");
    expect(await countOf("a")).toBe(1);
  });

  it("has the first hundred rejects in the answer, and the number of the others", async () => {
    const { body } = await post(ingest(), `{"path":"/MANY"}\n${"nothing\n".repeat(250)}`);
    expect(body.rejects).toHaveLength(100);
    expect(body.rejectsLeftOut).toBe(150);
  });

  it("changes nothing with more bad records than max_rejects allows, and says which", async () => {
    const { status, headers, body } = await post(
      ingest("?max_rejects=0"),
      '{"path":"/NONE"}\n{"path":"/NONE/a",\n',
    );
    expect(status).toBe(400);
    expect(headers.get("content-type")).toContain("application/problem+json");
    expect(body).toMatchObject({
      type: "urn:copycat:problem:too_many_rejects",
      code: "TOO_MANY_REJECTS",
      status: 400,
      rejects: [{ position: "line 2", code: "invalid_json" }],
    });
    expect(body.detail).toBe("More than 0 records were rejected (max_rejects); nothing was changed.");
    expect(await countOf("NONE")).toBe(0);
  });

  it("changes nothing in a dry run", async () => {
    const { status, body } = await post(ingest("?dry_run=true"), nodes("DRY", 3));
    expect([status, body.dryRun, body.nodes.inserted]).toEqual([200, true, 4]);
    expect(await countOf("DRY")).toBe(0);
  });

  it("meets what is there as the policy says: 409 under error, with nothing changed", async () => {
    await post(ingest(), nodes("THERE", 1));
    const again = await post(ingest("?on_conflict=skip"), nodes("THERE", 2));
    expect(again.body.nodes).toMatchObject({ inserted: 1, skipped: 2 });
    const { status, body } = await post(
      ingest("?on_conflict=error"),
      `${nodes("THERE", 1)}{"path":"/THERE/new"}`,
    );
    expect([status, body.code]).toEqual([409, "CONFLICT"]);
    expect(body.detail).toContain("Use on_conflict=skip to leave them, or on_conflict=update to renew them.");
    expect(await countOf("new")).toBe(0);
    const [run] = await database.rows<{ error: string }>(
      "select error from copycat.run where status = 'failed' order by started_at desc limit 1",
    );
    expect(run?.error).toContain("Use on_conflict=skip");
  });

  it("may not name files to be read, nor assets elsewhere than in allowed folders", async () => {
    const array = (path: string, uri: string): string =>
      JSON.stringify({
        path,
        data_source: {
          mimetype: "application/x-hdf5",
          structure_family: "array",
          structure: {
            shape: [2],
            chunks: [[2]],
            data_type: { kind: "f", itemsize: 8, endianness: "little" },
          },
          parameters: { dataset: "/m" },
          assets: [{ data_uri: uri }],
        },
      });
    const lines = [
      '{"path":"/FILES"}',
      '{"input":"/etc","file":"/etc/passwd"}',
      array("/FILES/in", "file://localhost/data/a.h5"),
      array("/FILES/out", "file://localhost/etc/passwd"),
      array("/FILES/up", "file://localhost/data/../etc/passwd"),
      array("/FILES/like", "file://localhost/database/a.h5"),
    ];
    const { body } = await post(ingest(), lines.join("\n"));
    expect(body.nodes).toMatchObject({ read: 6, inserted: 2, rejected: 4 });
    expect(
      body.rejects.map(({ position, code }: { position: string; code: string }) => [position, code]),
    ).toEqual([
      ["line 2", "file_not_allowed"],
      ["line 4", "outside_roots"],
      ["line 5", "outside_roots"],
      ["line 6", "outside_roots"],
    ]);
  });

  it.each([
    ["an unknown option", "?polisy=skip", 400],
    ["an unknown policy", "?on_conflict=maybe", 400],
    ["a number that is none", "?max_rejects=few", 400],
  ])("is not read with %s", async (_what, query, wanted) => {
    const { status, body } = await post(ingest(query), nodes("QUERY", 1));
    expect([status, body.code]).toEqual([wanted, "USAGE"]);
    expect(await countOf("QUERY")).toBe(0);
  });

  it("is not read as another media type, with another packing, or packed twice", async () => {
    const form = await post(ingest(), "a=b", { "content-type": "text/plain" });
    expect(form.status).toBe(415);
    const brotli = await post(ingest(), nodes("BR", 1), { "content-encoding": "br" });
    expect([brotli.status, brotli.headers.get("accept-encoding")]).toEqual([415, "gzip, zstd, identity"]);
    const twice = await post(ingest(), gzipSync(gzipSync(nodes("TWICE", 1))), { "content-encoding": "gzip" });
    expect(twice.status).toBe(415);
    const unsaid = await post(ingest(), gzipSync(nodes("UNSAID", 1)));
    expect(unsaid.status).toBe(415);
    expect(await countOf("UNSAID")).toBe(0);
  });
});
