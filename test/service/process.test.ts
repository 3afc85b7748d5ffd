// The service as a process: told to stop in mid-load, a hundred thousand records in flat memory, secrets nowhere.

import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type RunningCli, startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { everyKind, get, makeKey, nodes, openPost, post, streamNodes, textOf } from "./support.ts";

// Each starts a process, or two.
vi.setConfig({ testTimeout: 180_000 });

const database = useDatabase();
const folder = useFolder();
const running: RunningCli[] = [];

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    // In order, so that it takes its folder along; what a test left hanging is ended all the same.
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 5000);
    await ended;
    clearTimeout(late);
  }
});

async function serve(...args: string[]): Promise<{ cli: RunningCli; url: string }> {
  const cli = startCli(["serve", "--port", "0", "--dsn", database.dsn, ...args], { cwd: folder.root });
  running.push(cli);
  await expect.poll(() => cli.stdout(), { timeout: 30_000 }).toContain("Listening on ");
  const url = /Listening on (http:\/\/[\w.:]+\d)/.exec(cli.stdout())?.[1] ?? "";
  return { cli, url };
}

const countOf = (name: string): Promise<number> =>
  database.value<number>("select count(*)::int from nodes where key = $1", [name]);

/** Begins a load that waits for the rest of its body. */
async function beginLoad(url: string, name: string): Promise<ReturnType<typeof openPost>> {
  const open = openPost(`${url}/v1/ingest`);
  open.request.on("error", () => undefined);
  open.request.write(nodes(name, 2000));
  await expect
    .poll(async () => (await get(`${url}/v1/runs`)).body.loads[0]?.state, { timeout: 10_000 })
    .toBe("running");
  return open;
}

describe("told to stop in mid-load", () => {
  it("finishes what runs, takes nothing new, and ends with 0", async () => {
    const { cli, url } = await serve("--grace", "20");
    const { request, answer } = await beginLoad(url, "FINISHED");
    const events = await fetch(`${url}/v1/events`);
    cli.child.kill("SIGTERM");
    await cli.sees("what runs has 20 s to finish");
    const isClosed = (): Promise<boolean> =>
      fetch(`${url}/healthz`).then(
        ({ status }) => status === 503,
        () => true,
      );
    await expect.poll(isClosed).toBe(true);
    // A stream of events that went on would keep it for ever.
    expect(await events.text()).toContain('"state":"running"');
    request.end('{"path":"/FINISHED/last"}\n');
    const response = await answer;
    expect(response.statusCode).toBe(200);
    expect(JSON.parse(await textOf(response)).nodes.inserted).toBe(2002);
    expect((await cli.ended).code).toBe(0);
    expect(await countOf("last")).toBe(1);
  });

  it("rolls back what does not finish in time, and says so to the client", async () => {
    const { cli, url } = await serve("--grace", "0.5");
    const { answer } = await beginLoad(url, "LATE");
    cli.child.kill("SIGTERM");
    const response = await answer;
    expect(response.statusCode).toBe(503);
    expect(JSON.parse(await textOf(response))).toMatchObject({ code: "CANCELLED", status: 503 });
    expect((await cli.ended).code).toBe(0);
    expect(await countOf("LATE")).toBe(0);
  });

  it("ends at once when it is told twice", async () => {
    const { cli, url } = await serve("--grace", "600");
    await beginLoad(url, "HURRIED");
    cli.child.kill("SIGTERM");
    await cli.sees("to finish");
    await new Promise((resolve) => setTimeout(resolve, 700));
    cli.child.kill("SIGTERM");
    expect((await cli.ended).code).toBe(0);
    expect(await countOf("HURRIED")).toBe(0);
  });
});

describe("killed between the commit of the nodes and the answer", () => {
  it("has done the request, and says so when it is sent again", async () => {
    // The record of the run is completed after the commit; here that takes its time.
    await database.rows(`
      create function wait_a_minute() returns trigger language plpgsql as 'begin perform pg_sleep(60); return new; end';
      create trigger slow_end before update on copycat.run for each row when (new.finished_at is not null)
        execute function wait_a_minute()`);
    const headers = { "idempotency-key": randomUUID() };
    const body = `${nodes("EXACT", 10)}{`;
    const first = await serve();
    const lost = post(`${first.url}/v1/ingest`, body, headers).catch((error: unknown) => error);
    try {
      await expect.poll(() => countOf("EXACT"), { timeout: 10_000 }).toBe(1);
      first.cli.child.kill("SIGKILL");
      expect(await lost).toBeInstanceOf(Error);
    } finally {
      await database.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where query ilike '%update copycat.run%' and pid <> pg_backend_pid()",
      );
      await database.rows("drop trigger slow_end on copycat.run");
    }
    const { url } = await serve();
    const again = await post(`${url}/v1/ingest`, body, headers);
    expect([again.status, again.headers.get("idempotent-replayed")]).toEqual([200, "true"]);
    expect(again.body).toMatchObject({
      run: headers["idempotency-key"],
      nodes: { read: 12, inserted: 11, rejected: 1 },
      rejects: [{ position: "line 12" }],
    });
  });
});

describe("killed between the commit of the rows and the answer, by a load of any store", () => {
  /** What stands there already would be a conflict: nothing of it may be loaded a second time. */
  const requests = everyKind.map((kind) => ({
    ...kind,
    path: `${kind.path}on_conflict=error`,
    headers: { "idempotency-key": randomUUID() },
  }));
  const send = (url: string, { path, body, headers }: (typeof requests)[number]) =>
    post(`${url}${path}`, body, headers);

  it("has done the request, and says so when it is sent again", async () => {
    const count = String(requests.length);
    const first = await serve("--concurrency", count, "--max-loads", count);
    // After the commit the answer is kept once more, with what followed; here that takes its time.
    await database.rows(`
      create function wait_an_age() returns trigger language plpgsql as 'begin perform pg_sleep(60); return new; end';
      create trigger slow_answer before update on copycat.answered_request for each row execute function wait_an_age()`);
    const lost = requests.map((request) => send(first.url, request).catch((error: unknown) => error));
    try {
      const ids = requests.map(({ headers }) => headers["idempotency-key"]);
      await expect
        .poll(
          () =>
            database.value("select count(*)::int from copycat.answered_request where id = any ($1)", [ids]),
          { timeout: 30_000 },
        )
        .toBe(requests.length);
      first.cli.child.kill("SIGKILL");
      for (const answer of await Promise.all(lost)) expect(answer).toBeInstanceOf(Error);
    } finally {
      await database.rows(
        "select pg_terminate_backend(pid) from pg_stat_activity where query ilike '%answered_request%' and pid <> pg_backend_pid()",
      );
      await database.rows("drop trigger slow_answer on copycat.answered_request");
    }
    const { url } = await serve();
    for (const request of requests) {
      const again = await send(url, request);
      const { name, table, headers } = request;
      expect([name, again.status, again.headers.get("idempotent-replayed")]).toEqual([name, 200, "true"]);
      expect(again.body).toMatchObject({ run: headers["idempotency-key"], rejects: [{ source: "-" }] });
      const { read, inserted, rejected } = again.body.nodes ?? again.body;
      expect([name, read, inserted, rejected]).toEqual([name, 2, 1, 1]);
      expect(await database.value(`select count(*)::int from ${table}`)).toBe(1);
      expect((await send(url, request)).body).toEqual(again.body);
    }
  });
});

describe("a body of 100,000 records", () => {
  it("goes through in flat memory", async () => {
    const { url } = await serve();
    const rss = async (): Promise<number> => {
      const text = await (await fetch(`${url}/metrics`)).text();
      return Number(/^process_resident_memory_bytes (\d+)/m.exec(text)?.[1]);
    };
    await post(`${url}/v1/ingest`, nodes("WARM", 2000));
    const before = await rss();
    let most = before;
    const watch = setInterval(
      () =>
        void rss().then(
          (now) => (most = Math.max(most, now)),
          () => undefined,
        ),
      50,
    );
    const { status, body } = await post(`${url}/v1/ingest`, streamNodes("LARGE", 100_000));
    clearInterval(watch);
    expect([status, body.nodes?.inserted]).toEqual([200, 100_001]);
    // The body has 27 MB; the reading thread's heap grows by some batches until it is swept.
    process.stderr.write(
      `rss ${Math.round(before / 2 ** 20)} MiB, then ${Math.round(most / 2 ** 20)} at most\n`,
    );
    expect(most - before).toBeLessThan(250 * 2 ** 20);
  });
});

describe("secrets", () => {
  it("are in no log and no answer, when keys are used and when the database is away", async () => {
    const key = await makeKey(database, "write");
    const { cli, url } = await serve();
    const headers = { authorization: `Bearer ${key}` };
    const good = await post(`${url}/v1/ingest`, nodes("SECRET", 1), headers);
    expect(good.status).toBe(200);
    const password = new URL(database.dsn).password;
    const said = `${cli.stdout()}${(await closed(cli)).stderr}${JSON.stringify(good.body)}`;
    expect(said).not.toContain(key);
    if (password.length > 0) expect(said).not.toContain(password);
    for (const line of said.split("\n").filter((one) => one.startsWith('{"level"'))) {
      expect(JSON.parse(line)).toHaveProperty("time");
    }
  });
});

async function closed(cli: RunningCli): Promise<{ stderr: string }> {
  cli.child.kill("SIGTERM");
  return cli.ended;
}
