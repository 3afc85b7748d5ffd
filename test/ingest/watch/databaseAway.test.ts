// The database goes away and comes back while a watch runs: refused connections, broken ones, and a lost commit.

import { createServer, type Server, type Socket, connect as tcpConnect } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { verifyCatalog } from "../../../src/catalog/index.ts";
import { CopycatError } from "../../../src/errors.ts";
import { isAway, retryDelayMs } from "../../../src/ingest/watch/failures.ts";
import { useDatabase } from "../../support/database.ts";
import { useFolder } from "../../support/files.ts";
import { nodesBelow } from "../support.ts";
import { type RunningWatch, startWatch } from "./support.ts";

const database = useDatabase();
const folder = useFolder();
const content = { children: { a: { data: new Float64Array(3) } } };
let way: Way | undefined;
let watch: RunningWatch | undefined;

afterEach(async () => {
  watch?.abort();
  await watch?.ended.catch(() => undefined);
  await way?.close();
});

/** A way to the server that can be shut and opened. */
class Way {
  readonly dsn: string;
  readonly #target: URL;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  /** Told every piece that goes to the server; true cuts the connection after it. */
  cuts: (bytes: Buffer) => boolean = () => false;

  constructor(port: number) {
    this.#target = new URL(database.dsn);
    this.#port = port;
    const url = new URL(database.dsn);
    url.host = `127.0.0.1:${port}`;
    this.dsn = url.toString();
  }

  /** On a port that was free a moment ago. */
  static async make(): Promise<Way> {
    const probe = createServer();
    await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    return new Way(port);
  }

  async open(): Promise<void> {
    const server = createServer((client) => this.#join(client));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
  }

  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    const closed = new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)));
    this.cut();
    await closed;
  }

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #join(client: Socket): void {
    const upstream = tcpConnect(Number(this.#target.port || 5432), this.#target.hostname);
    for (const socket of [client, upstream]) {
      this.#sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    upstream.on("data", (bytes) => client.write(bytes));
    client.on("data", (bytes) => {
      upstream.write(bytes, () => {
        if (this.cuts(bytes)) setTimeout(() => this.cut(), 20);
      });
    });
  }
}

const paths = async (): Promise<string[]> => [...(await nodesBelow(database, "/files")).keys()];

describe("a database that is away", () => {
  it("at the start is waited for, and what is ready goes in when it comes", async () => {
    way = await Way.make();
    await folder.hdf5("files/1.h5", content);
    watch = startWatch(way.dsn, [folder.path("files")]);
    const retries = await watch.sees("retry", 3);
    expect(retries.map(({ attempt }) => attempt).slice(0, 3)).toEqual([1, 2, 3]);
    expect(retries[0]).toMatchObject({
      error: { code: "CONNECTION", message: expect.stringContaining("ECONNREFUSED") },
    });
    expect(JSON.stringify(watch.events)).not.toContain(new URL(database.dsn).password || "no password");
    await way.open();
    const [batch] = await watch.sees("batch", 1);
    expect(batch).toMatchObject({ status: "completed", files: 1 });
  });

  it("in between is waited for; files that came meanwhile go in together, and attempts are counted anew", async () => {
    way = await Way.make();
    await way.open();
    await folder.hdf5("files/2.h5", content);
    watch = startWatch(way.dsn, [folder.path("files")]);
    await watch.sees("batch", 1);
    for (const name of ["3", "4"]) {
      await way.close();
      const before = watch.of("retry").length;
      await folder.hdf5(`files/${name}.h5`, content);
      await folder.hdf5(`files/${name}b.h5`, content);
      const retries = await watch.sees("retry", before + 2);
      expect(retries.slice(before, before + 2).map(({ attempt }) => attempt)).toEqual([1, 2]);
      await way.open();
      await watch.sees("batch", name === "3" ? 2 : 3);
    }
    expect(watch.of("batch").map(({ status, files }) => ({ status, files }))).toMatchObject([
      { status: "completed" },
      { status: "completed", files: 2 },
      { status: "completed", files: 2 },
    ]);
    expect(await paths()).toContain("/files/4b.h5/a");
  });

  it("that ends the connection in the middle of a load gets the batch again", async () => {
    await folder.hdf5("files/5.h5", content);
    const holder = await database.database.pool.connect();
    await holder.query("begin; lock table nodes in share row exclusive mode");
    watch = startWatch(database.dsn, [folder.path("files")]);
    // Extension: the coordinator of Citus waits for a worker, which has the lock.
    const waiting = `select pid from pg_stat_activity
      where datname = current_database() and application_name = 'copycat:watch' and state = 'active' and query like 'lock table%'
        and wait_event_type in ('Lock', 'Extension')`;
    await expect.poll(async () => (await database.rows(waiting)).length, { timeout: 10_000 }).toBe(1);
    await database.rows(`select pg_terminate_backend(pid) from (${waiting}) waiting`);
    const [retry] = await watch.sees("retry", 1);
    expect(retry?.error.message).toMatch(/terminat/);
    await holder.query("rollback");
    holder.release();
    await watch.sees("batch", 1);
    expect(await paths()).toContain("/files/5.h5/a");
  });

  it("that is lost with a commit on its way gets the batch again, and every node is in once", async () => {
    way = await Way.make();
    await way.open();
    let cuts = 0;
    way.cuts = (bytes) => bytes.includes("commit\0") && ++cuts <= 3;
    await folder.hdf5("files/6.h5", content);
    watch = startWatch(way.dsn, [folder.path("files")]);
    const batches = await watch.sees("batch", 1);
    expect(cuts).toBeGreaterThanOrEqual(3);
    expect(batches).toMatchObject([{ status: "completed" }]);
    expect(watch.of("retry").map(({ error }) => error.code)).not.toContain("INTERNAL");
    expect(await watch.stop()).toMatchObject({ batches: 1 });
    expect((await paths()).filter((path) => path === "/files/6.h5/a")).toHaveLength(1);
    expect((await verifyCatalog(database.database)).ok).toBe(true);
  });
});

describe("the pauses between attempts", () => {
  it("double from a second to a minute, and are random between half and the whole of that", () => {
    const limits = { minDelayMs: 1000, maxDelayMs: 60_000 };
    for (const [attempt, boundMs] of [
      [1, 1000],
      [2, 2000],
      [6, 32_000],
      [7, 60_000],
      [5000, 60_000],
    ] as const) {
      const delays = Array.from({ length: 200 }, () => retryDelayMs(attempt, limits));
      expect(Math.min(...delays)).toBeGreaterThanOrEqual(boundMs / 2);
      expect(Math.max(...delays)).toBeLessThanOrEqual(boundMs);
      expect(new Set(delays).size).toBeGreaterThan(50);
    }
  });

  it("are those of a database that is away, for what cannot be reached and not for what is refused", () => {
    const refused = Object.assign(new Error("password"), { code: "28P01" });
    const starting = Object.assign(new Error("starting up"), { code: "57P03" });
    const away = (cause?: Error) =>
      isAway(new CopycatError("CONNECTION", "...", cause === undefined ? {} : { cause }));
    expect([away(starting), away(new Error("timeout exceeded when trying to connect"))]).toEqual([
      true,
      true,
    ]);
    expect([away(refused), away(), isAway(new CopycatError("CONFLICT", "..."))]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
