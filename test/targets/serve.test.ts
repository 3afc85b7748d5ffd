// The service on several servers: records go where their dataset belongs, and all are asked.

import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readTargets } from "../../src/targets/index.ts";
import { moveDataset } from "../../src/targets/moveDataset.ts";
import { faultOf } from "../service/openapi.ts";
import { nodes, openPost, post, get as read, textOf } from "../service/support.ts";
import { callCli } from "../support/cli.ts";
import { useFolder } from "../support/files.ts";
import { databaseOf, datasetsAt, useTargetsService } from "./service.ts";
import { useTargets } from "./support.ts";

const folder = useFolder();
const targets = useTargets(folder, { west: ["W_*"], east: ["E_*"], home: [] });
const service = useTargetsService(targets);
const ingest = (query = ""): string => `${service.url}/v1/ingest${query}`;

const countRuns = (name: string, dataset: string): Promise<number> =>
  databaseOf(targets, name).value("select count(*)::int from copycat.run where dataset = $1", [dataset]);

describe("a body of node records", () => {
  it("goes to the target of its dataset, with its run; all are found from everywhere", async () => {
    for (const name of ["W_1", "E_1", "OTHER"]) {
      const { status, body } = await post(ingest(), nodes(name, 3));
      expect([status, body.dataset, body.nodes.inserted]).toEqual([200, name, 4]);
    }
    expect([await datasetsAt(targets, "west"), await datasetsAt(targets, "east")]).toEqual([
      ["W_1"],
      ["E_1"],
    ]);
    expect(await datasetsAt(targets, "home")).toEqual(["OTHER"]);
    const first = await read(`${service.url}/v1/search?where=T%20%3D%202&limit=2&under=%2F`);
    expect([first.body.count, first.body.missing]).toEqual([3, []]);
    const second = await read(
      `${service.url}/v1/search?where=T%20%3D%202&limit=2&under=%2F&cursor=${encodeURIComponent(first.body.next)}`,
    );
    const all = [...first.body.nodes, ...second.body.nodes];
    expect(all.map(({ target, path }) => [target, path])).toEqual([
      ["west", "/W_1/n2"],
      ["east", "/E_1/n2"],
      ["home", "/OTHER/n2"],
    ]);
    const { body: runs } = await read(`${service.url}/v1/runs?limit=2`);
    expect(runs.missing).toEqual([]);
    expect(runs.runs.map(({ target, dataset }: Record<string, string>) => [target, dataset])).toEqual([
      ["home", "OTHER"],
      ["east", "E_1"],
    ]);
    const one = await read(`${service.url}/v1/runs/${runs.runs[1].id}`);
    expect(one.body.run).toMatchObject({ target: "east", report: { nodes: { inserted: 4 } } });
    const none = await read(`${service.url}/v1/runs/${randomUUID()}`);
    expect([none.status, none.body.code]).toEqual([404, "NOT_FOUND"]);
  });

  it("of several targets is refused with both named, and nothing is changed anywhere", async () => {
    const before = [await countRuns("west", "W_MIX"), await datasetsAt(targets, "east")];
    // The other one comes long after the first batch.
    const { status, body } = await post(ingest(), `${nodes("W_MIX", 5000)}${nodes("E_MIX", 1)}`);
    expect([status, body.code]).toEqual([400, "USAGE"]);
    expect(body.detail).toBe(
      "The records are for several targets: E_MIX goes to east, W_MIX to west. Send those of each target by themselves; " +
        "nothing was changed.",
    );
    expect(await datasetsAt(targets, "west")).not.toContain("W_MIX");
    expect(await datasetsAt(targets, "east")).toEqual(before[1]);
  });

  it("of several datasets of one target goes in whole", async () => {
    const { status, body } = await post(ingest(), `${nodes("W_2", 2)}${nodes("W_3", 2)}`);
    expect([status, body.nodes.inserted]).toEqual([200, 6]);
    expect(await datasetsAt(targets, "west")).toEqual(expect.arrayContaining(["W_2", "W_3"]));
  });

  it("begins with lines that cannot be taken, and goes where the first that can belongs", async () => {
    const { status, body } = await post(ingest(), `{\n\u001f\u008b\n\n${nodes("E_LATE", 1)}`);
    expect([status, body.nodes.inserted, body.rejects.length]).toEqual([200, 2, 2]);
    expect(await datasetsAt(targets, "east")).toContain("E_LATE");
    const none = await post(ingest(), "{\nnothing");
    expect([none.status, none.body.rejects.length]).toEqual([200, 2]);
  });

  it("of a dataset that lies elsewhere makes no second one", async () => {
    const before = targets.write();
    await post(ingest(), nodes("E_MOVED", 2));
    // By hand, and not by a move.
    const text = JSON.stringify({
      targets: [
        { name: "west", dsn: databaseOf(targets, "west").dsn, datasets: ["W_*", "E_MOVED"] },
        { name: "east", dsn: databaseOf(targets, "east").dsn, datasets: ["E_*"] },
        { name: "home", dsn: databaseOf(targets, "home").dsn, default: true },
      ],
    });
    folder.text("targets.yaml", text);
    const { status, body } = await post(ingest(), nodes("E_MOVED", 3));
    expect([status, body.code]).toEqual([409, "CONFLICT"]);
    expect(body.detail).toContain("sends E_MOVED to west, and it is at east");
    // Where the file lies is nobody's business.
    expect(JSON.stringify(body)).not.toContain(before);
    expect(await datasetsAt(targets, "west")).not.toContain("E_MOVED");
    targets.write();
    expect((await post(ingest(), nodes("E_MOVED", 3))).body.nodes.inserted).toBe(1);
  });

  it("whose dataset is sent elsewhere while it comes changes nothing", async () => {
    const { request, answer } = openPost(ingest());
    request.write(nodes("W_WAITS", 2000));
    await expect
      .poll(async () => (await read(`${service.url}/v1/runs`)).body.loads[0])
      .toMatchObject({ state: "running" });
    folder.text(
      "targets.yaml",
      JSON.stringify({
        targets: [
          { name: "west", dsn: databaseOf(targets, "west").dsn, datasets: [] },
          { name: "east", dsn: databaseOf(targets, "east").dsn, datasets: ["W_*"] },
        ],
      }),
    );
    request.end('{"path":"/W_WAITS/last"}\n');
    const { status, detail } = JSON.parse(await textOf(await answer));
    targets.write();
    expect([status, detail]).toEqual([409, expect.stringContaining("sends W_WAITS to east by now")]);
    expect(await datasetsAt(targets, "west")).not.toContain("W_WAITS");
    expect((await post(ingest(), nodes("W_WAITS", 2))).body.nodes.inserted).toBe(3);
  });
});

describe("loads", () => {
  it("of one target wait for each other, and never for those of another", async () => {
    const first = openPost(ingest());
    first.request.write('{"path":"/W_HOLDS"}\n');
    const states = async () =>
      (await read(`${service.url}/v1/runs`)).body.loads
        .slice(0, 2)
        .map(({ state }: { state: string }) => state);
    await expect.poll(async () => (await states())[0]).toBe("running");
    const second = post(ingest(), nodes("W_BEHIND", 1));
    await expect.poll(states).toEqual(["waiting", "running"]);
    expect((await post(ingest(), nodes("E_BESIDE", 1))).status).toBe(200);
    first.request.end();
    expect([(await first.answer).statusCode, (await second).status]).toEqual([200, 200]);
  });

  it("of the other stores are at the default target", async () => {
    const update = '{"dataset":"a","timestamp":1,"iteration":0,"data":{"g":{"id":[1]}}}\n';
    const { status } = await post(`${service.url}/v1/simulation/updates?scenario=s`, update);
    expect(status).toBe(200);
    const schemas = (name: string) =>
      databaseOf(targets, name).value<number>(
        "select count(*)::int from pg_namespace where nspname = 'simulation'",
      );
    expect([await schemas("west"), await schemas("home")]).toEqual([0, 1]);
  });
});

describe("a request with an Idempotency-Key", () => {
  it("is done once at its target, also when its dataset has moved since", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const first = await post(ingest(), nodes("E_ONCE", 4), headers);
    expect([first.status, first.body.run]).toEqual([200, headers["idempotency-key"]]);
    const again = await post(ingest(), nodes("E_ONCE", 4), headers);
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    const path = targets.write();
    await moveDataset(await readTargets(path), "E_ONCE", { to: "west" });
    const moved = await post(ingest(), nodes("E_ONCE", 4), headers);
    expect([moved.headers.get("idempotent-replayed"), moved.body]).toEqual(["true", first.body]);
    // The move took its record along, and left it where it was: it is one run all the same.
    const { run } = first.body;
    const one = await read(`${service.url}/v1/runs/${run}`);
    expect([one.status, one.body.run.target]).toEqual([200, "west"]);
    const { runs } = (await read(`${service.url}/v1/runs`)).body;
    const same = runs.filter(({ id }: { id: string }) => id === run);
    expect(same.map(({ target }: { target: string }) => target)).toEqual(["west"]);
    const listed = await callCli(["runs", "--targets", path, "--json"]);
    const ids = JSON.parse(listed.stdout).runs.map(({ id }: { id: string }) => id);
    expect(ids.filter((id: string) => id === run)).toHaveLength(1);
    const shown = await callCli(["runs", "show", run, "--targets", path]);
    expect([shown.code, shown.stdout.slice(0, 6)]).toEqual([0, "west  "]);
    targets.write();
  });

  it("belongs to that request, whichever target another one goes to", async () => {
    const headers = { "idempotency-key": randomUUID() };
    expect((await post(ingest(), nodes("E_MINE", 1), headers)).status).toBe(200);
    const other = await post(ingest(), nodes("W_MINE", 1), headers);
    expect([other.status, other.body.run]).toEqual([422, headers["idempotency-key"]]);
    expect(await datasetsAt(targets, "west")).not.toContain("W_MINE");
  });
});

describe("the state of the service", () => {
  it("is of all targets", async () => {
    await post(ingest(), nodes("W_STATE", 50));
    const { body } = await read(`${service.url}/v1/status`);
    expect(body.targets).toEqual([
      { name: "west", answers: true },
      { name: "east", answers: true },
      { name: "home", answers: true },
    ]);
    const counted = async () => (await read(`${service.url}/v1/status`)).body.datasets?.datasets;
    await expect
      .poll(counted, { timeout: 10_000 })
      .toEqual(expect.arrayContaining([{ target: "west", key: "W_STATE", nodes: 50 }]));
    expect((await read(`${service.url}/readyz`)).body).toEqual({ status: "ok" });
    expect((await read(`${service.url}/metrics`)).body).toContain('copycat_loads_total{store="catalog"');
    expect(service.notices).toEqual([]);
  });

  it("and all other answers are as the document says", async () => {
    const { paths } = (await read(`${service.url}/openapi.json`)).body;
    const { body } = await post(ingest(), nodes("E_API", 2));
    for (const [path, url] of [
      ["/v1/runs", "/v1/runs"],
      ["/v1/runs/{id}", `/v1/runs/${body.run}`],
      ["/v1/runs/{id}", `/v1/runs/${randomUUID()}`],
      ["/v1/search", "/v1/search?dataset=E_API"],
      ["/v1/search", "/v1/search?dataset=NONE"],
      ["/v1/status", "/v1/status"],
      ["/readyz", "/readyz"],
      ["/metrics", "/metrics"],
    ] as const) {
      const answer = await read(`${service.url}${url}`);
      expect([url, await faultOf(paths, path, "get", answer)]).toEqual([url, null]);
    }
    for (const text of [nodes("E_API", 3), `${nodes("E_API", 1)}${nodes("W_API", 1)}`]) {
      expect(await faultOf(paths, "/v1/ingest", "post", await post(ingest(), text))).toBeNull();
    }
  });
});
