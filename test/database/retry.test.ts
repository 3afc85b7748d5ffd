import { createServer } from "node:net";
import type { PoolClient } from "pg";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { beforeAll, describe, expect, test } from "vitest";
import {
  hasUnknownOutcome,
  isRetryable,
  noteConnectionLoss,
  type Retry,
  retryableSqlStates,
  watchConnection,
  withRetry,
  withTransaction,
} from "../../src/database/index.ts";
import { CopycatError } from "../../src/errors.ts";
import { useDatabase } from "../support/database.ts";

const db = useDatabase({ empty: true });
const quick = { minDelayMs: 1, maxDelayMs: 5 };

beforeAll(async () => {
  await db.rows(`
    create table marks (id int primary key, n int);
    insert into marks values (1, 0), (2, 0);
    create function fail(state text) returns void language plpgsql as
      $$ begin raise exception using errcode = state, message = 'as asked'; end $$`);
});

function transact<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
  return withTransaction(db.database, work);
}

/** Runs work that fails at its first attempt; the reason told, and how often it ran. */
async function retried(
  work: (attempt: number) => Promise<unknown>,
): Promise<{ runs: number; reasons: string[] }> {
  const reasons: string[] = [];
  let runs = 0;
  await withRetry(
    (attempt) => {
      runs += 1;
      return work(attempt);
    },
    { ...quick, onRetry: ({ reason }) => reasons.push(reason) },
  );
  return { runs, reasons };
}

async function terminate(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
  await db.rows("select pg_terminate_backend($1)", [rows[0]?.pid]);
}

const passes = (delayMs = 50): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));

describe("tried again is what passes:", () => {
  test("a serialization failure", async () => {
    const result = await retried((attempt) =>
      transact(async (client) => {
        await client.query("set transaction isolation level serializable");
        await client.query("select n from marks where id = 1");
        if (attempt === 1) await db.rows("update marks set n = n + 1 where id = 1");
        await client.query("update marks set n = n + 10 where id = 1");
      }),
    );
    expect(result).toEqual({ runs: 2, reasons: ["serialization_failure"] });
    expect(await db.value("select n from marks where id = 1")).toBe(11);
  });

  test("a deadlock, for both who meet in it", async () => {
    let first = 0;
    let release: () => void = () => undefined;
    const bothHold = new Promise<void>((resolve) => {
      release = resolve;
    });
    const update = async (client: PoolClient, id: number): Promise<void> => {
      await client.query("update marks set n = n + 100 where id = $1", [id]);
    };
    const load = (ids: [number, number]) =>
      retried((attempt) =>
        transact(async (client) => {
          await client.query("set local deadlock_timeout = '20ms'");
          await update(client, ids[0]);
          if (attempt === 1) {
            first += 1;
            if (first === 2) release();
            await bothHold;
          }
          await update(client, ids[1]);
        }),
      );
    const before = await db.value<number>("select sum(n)::int from marks");
    const results = await Promise.all([load([1, 2]), load([2, 1])]);
    expect(results.flatMap(({ reasons }) => reasons)).toEqual(["deadlock_detected"]);
    expect(await db.value("select sum(n)::int from marks")).toBe(before + 400);
  });

  test("a lock that was not to be had in time", async () => {
    const holder = await db.database.pool.connect();
    await holder.query("begin; lock table marks");
    const result = await retried(async (attempt) => {
      if (attempt === 2) await holder.query("rollback");
      await transact((client) => client.query("set local lock_timeout = '10ms'; select n from marks"));
    });
    holder.release();
    expect(result).toEqual({ runs: 2, reasons: ["lock_not_available"] });
  });

  test("a connection that the server ends during a query", async () => {
    const result = await retried((attempt) =>
      transact((client) =>
        client.query(attempt === 1 ? "select pg_terminate_backend(pg_backend_pid())" : "select 1"),
      ),
    );
    expect(result).toEqual({ runs: 2, reasons: ["admin_shutdown"] });
  });

  test("a connection that the server ended between two queries", async () => {
    const result = await retried((attempt) =>
      transact(async (client) => {
        if (attempt === 1) await terminate(client);
        await passes();
        await client.query("select 1");
      }),
    );
    expect(result).toEqual({ runs: 2, reasons: ["connection_lost"] });
  });

  test("a socket that breaks during a query", async () => {
    const result = await retried((attempt) =>
      transact(async (client) => {
        const query = client.query("select pg_sleep(0.1)");
        // What a network that goes away looks like from here.
        const { stream } = (client as unknown as { connection: { stream: { destroy(): void } } }).connection;
        if (attempt === 1) stream.destroy();
        await query;
      }),
    );
    expect(result).toEqual({ runs: 2, reasons: ["connection_lost"] });
  });

  test("a connection that breaks in the middle of a COPY", async () => {
    const result = await retried((attempt) =>
      transact(async (client) => {
        await client.query("create temp table staged (n int)");
        const { rows } = await client.query<{ pid: number }>("select pg_backend_pid() as pid");
        const copy = client.query(copyFrom("copy staged from stdin"));
        await new Promise<void>((resolve, reject) => {
          copy.on("error", reject);
          copy.on("finish", resolve);
          copy.write("1\n");
          if (attempt === 1) {
            db.rows("select pg_terminate_backend($1)", [rows[0]?.pid]).catch(reject);
          } else copy.end();
        });
      }),
    );
    expect(result).toEqual({ runs: 2, reasons: ["admin_shutdown"] });
  });

  test("a server that refuses connections, is not found or hangs up", async () => {
    const hangup = createServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => hangup.listen(0, "127.0.0.1", resolve));
    const { port } = hangup.address() as { port: number };
    const connect = async (dsn: string): Promise<void> => {
      const client = new pg.Client({ connectionString: dsn });
      try {
        // Connecting has no client yet that could be watched: whoever connects knows what failed.
        await client.connect();
      } catch (error) {
        noteConnectionLoss(error);
        throw error;
      }
      await client.end();
    };
    const result = (dsn: string) => retried((attempt) => connect(attempt === 1 ? dsn : db.dsn));
    // Nothing listens on port 1.
    expect(await result("postgres://postgres@127.0.0.1:1/x")).toEqual({ runs: 2, reasons: ["ECONNREFUSED"] });
    expect((await result("postgres://postgres@no-such-host.invalid/x")).reasons[0]).toMatch(
      /^(ENOTFOUND|EAI_AGAIN)$/,
    );
    expect((await result(`postgres://postgres@127.0.0.1:${port}/x`)).reasons[0]).toMatch(
      /^(connection_lost|ECONNRESET)$/,
    );
    hangup.close();
  });

  test("a server whose connections are all taken", async () => {
    const role = `crowd_${process.pid}`;
    await db.rows(`create role ${role} login password 'open' connection limit 0`);
    const crowded = new URL(db.dsn);
    crowded.username = role;
    crowded.password = "open";
    const result = await retried(async (attempt) => {
      const client = new pg.Client({ connectionString: attempt === 1 ? crowded.toString() : db.dsn });
      await client.connect();
      await client.end();
    });
    await db.rows(`drop role ${role}`);
    expect(result).toEqual({ runs: 2, reasons: ["too_many_connections"] });
  });

  const listed = Object.entries(retryableSqlStates).map(([state, reason]): [string, string] => [
    state.length === 2 ? `${state}006` : state,
    reason,
  ]);
  test.each([...listed, ["08001", "connection_exception"], ["08P01", "connection_exception"]])(
    "SQLSTATE %s (%s), under the errors that wrap it as well",
    async (state, reason) => {
      const failing = (attempt: number) => transact((client) => fail(client, attempt === 1 ? state : null));
      expect(await retried(failing)).toEqual({ runs: 2, reasons: [reason] });
      const cause = await failing(1).catch((error: unknown) => error);
      expect(cause).toMatchObject({ code: state });
      const wrapped = new CopycatError("DATABASE", "Loading failed", { cause });
      expect(isRetryable(new CopycatError("DATABASE", "Ingest failed", { cause: wrapped }))).toBe(true);
    },
  );
});

async function fail(client: PoolClient, state: string | null): Promise<void> {
  if (state !== null) await client.query("select fail($1)", [state]);
}

describe("not tried again is what does not pass:", () => {
  async function once(work: () => Promise<unknown>, expected: object): Promise<void> {
    let runs = 0;
    const failing = withRetry(() => {
      runs += 1;
      return work();
    }, quick);
    await expect(failing).rejects.toMatchObject(expected);
    expect(runs).toBe(1);
  }

  test("a key that is there already", () =>
    once(() => transact((client) => client.query("insert into marks values (1)")), { code: "23505" }));

  test("text that is no number", () =>
    once(() => transact((client) => client.query("select $1::text::int", ["x"])), { code: "22P02" }));

  test("a query that somebody cancelled", () =>
    once(() => transact((client) => client.query("select pg_cancel_backend(pg_backend_pid())")), {
      code: "57014",
    }));

  test.each(["53100", "53200", "53400", "57P04", "40002", "XX000", "P0001"])("SQLSTATE %s", (state) =>
    once(() => transact((client) => fail(client, state)), { code: state }),
  );

  test("a mistake in the program, even on a connection that broke meanwhile", async () => {
    const work = (): Promise<void> =>
      transact(async (client) => {
        await terminate(client);
        await passes();
        throw new TypeError("undefined is no function");
      });
    await once(work, { name: "TypeError" });
  });

  test("an error without a code, on a connection that is well", () =>
    once(() => transact(() => Promise.reject(new Error("Connection terminated unexpectedly"))), {
      message: "Connection terminated unexpectedly",
    }));

  test("what was cancelled, whatever it says of the cause", async () => {
    const cause = await transact((client) => fail(client, "40001")).catch((error: unknown) => error);
    expect(isRetryable(cause)).toBe(true);
    expect(isRetryable(new CopycatError("CANCELLED", "Cancelled", { cause }))).toBe(false);
  });

  test("no error at all", () => {
    expect([undefined, null, "40001", { code: "40001" }, new Error("40001")].map(isRetryable)).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe("a commit whose outcome nobody knows", () => {
  beforeAll(async () => {
    await db.rows(`
      create table trap (id int);
      create function fall() returns trigger language plpgsql as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
      create constraint trigger fall after insert on trap deferrable initially deferred
        for each row when (new.id = 1) execute function fall()`);
  });

  const insert = (id: number): Promise<unknown> =>
    transact((client) => client.query("insert into trap values ($1)", [id]));

  test("is not tried again, unless the work can find out by itself", async () => {
    let runs = 0;
    const failing = withRetry(() => {
      runs += 1;
      return insert(1);
    }, quick);
    await expect(failing).rejects.toMatchObject({ code: "CONNECTION" });
    await expect(failing).rejects.toSatisfy(hasUnknownOutcome);
    expect(runs).toBe(1);

    await withRetry(insert, { ...quick, afterUnknownOutcome: true });
    expect(await db.rows("select id from trap")).toEqual([{ id: 2 }]);
  });
});

describe("the pauses", () => {
  const deadlock = (): Promise<never> => transact((client) => fail(client, "40P01") as Promise<never>);

  test("grow to a bound and are drawn at random below it", async () => {
    const retries: Retry[] = [];
    const failing = withRetry(deadlock, {
      attempts: 7,
      minDelayMs: 4,
      maxDelayMs: 16,
      onRetry: (retry) => retries.push(retry),
    });
    await expect(failing).rejects.toThrow();
    expect(retries.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5, 6]);
    for (const [index, bound] of [4, 8, 16, 16, 16, 16].entries()) {
      expect(retries[index]?.delayMs).toBeGreaterThanOrEqual(0);
      expect(retries[index]?.delayMs).toBeLessThan(bound);
    }
    expect(new Set(retries.map(({ delayMs }) => delayMs)).size).toBe(6);
  });

  test("end with the last error, which tells how many attempts there were", async () => {
    const failing = withRetry(deadlock, { ...quick, attempts: 3 });
    await expect(failing).rejects.toMatchObject({
      name: "CopycatError",
      code: "DATABASE",
      message: "Gave up after 3 attempts: as asked. Run the same command again.",
      cause: { code: "40P01" },
    });
    await expect(failing).rejects.toSatisfy(isRetryable);
    const lost = withRetry(() => transact((client) => fail(client, "57P01")), { ...quick, attempts: 2 });
    await expect(lost).rejects.toMatchObject({ code: "CONNECTION" });
    const wrapped = withRetry(
      () =>
        deadlock().catch((cause: unknown) => {
          throw new CopycatError("PERMISSION", "No", { cause, details: ["a"] });
        }),
      { ...quick, attempts: 2 },
    );
    await expect(wrapped).rejects.toMatchObject({ code: "PERMISSION", details: ["a"] });
  });

  test("are none when there is one attempt only, and its error is unchanged", async () => {
    await expect(withRetry(deadlock, { attempts: 1 })).rejects.toMatchObject({ code: "40P01" });
  });

  test("end at once when the signal fires", async () => {
    const controller = new AbortController();
    const start = performance.now();
    const failing = withRetry(deadlock, {
      minDelayMs: 60_000,
      maxDelayMs: 60_000,
      signal: controller.signal,
      onRetry: () => setTimeout(() => controller.abort("enough"), 10),
    });
    await expect(failing).rejects.toMatchObject({ code: "CANCELLED", cause: "enough" });
    expect(performance.now() - start).toBeLessThan(5000);
  });

  test("do not even begin after the signal", async () => {
    let runs = 0;
    const never = withRetry(() => Promise.resolve(++runs), { signal: AbortSignal.abort() });
    await expect(never).rejects.toMatchObject({ code: "CANCELLED" });
    expect(runs).toBe(0);
  });

  test.each([
    { attempts: 0 },
    { attempts: 1.5 },
    { minDelayMs: -1 },
    { minDelayMs: 10, maxDelayMs: 5 },
    { maxDelayMs: Number.NaN },
  ])("refuse %o", async (options) => {
    await expect(withRetry(() => Promise.resolve(1), options)).rejects.toMatchObject({ code: "USAGE" });
  });
});

test("a watched client keeps no listener", async () => {
  const listeners = new Set<string>();
  for (let turn = 0; turn < 3; turn++) {
    await withTransaction(db.database, async (client) => {
      await watchConnection(client, () => Promise.resolve());
      listeners.add(`${client.listenerCount("error")} ${client.listenerCount("end")}`);
    });
  }
  expect(listeners.size).toBe(1);
});
