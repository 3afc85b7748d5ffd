import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { describeDsn, openDatabase } from "../../src/database/index.ts";
import { useDatabase } from "../support/database.ts";

const db = useDatabase({ empty: true });

function changed(change: (url: URL) => void): string {
  const url = new URL(db.dsn);
  change(url);
  return url.toString();
}

describe("opening a database", () => {
  test("tells its version and shows itself by name to the server", async () => {
    const database = await openDatabase({ dsn: db.dsn, applicationName: "copycat test", poolConnections: 1 });
    const { rows } = await database.pool.query(
      "select current_setting('server_version_num')::int as version, current_setting('application_name') as name",
    );
    expect(rows).toEqual([{ version: database.serverVersion, name: "copycat test" }]);
    await database.close();
  });

  test("survives that the server ends an idle connection", async () => {
    const database = await openDatabase({ dsn: db.dsn, applicationName: "victim", poolConnections: 1 });
    await db.rows("select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'victim'");
    await expect
      .poll(
        () =>
          database.pool.query("select 1 as one").then(
            ({ rows }) => rows,
            () => "broken",
          ),
        { timeout: 5000 },
      )
      .toEqual([{ one: 1 }]);
    await database.close();
  });

  test("leaves no connection behind that could not log in", async () => {
    // It asks for a password as SCRAM does (RFC 5802), and waits.
    const ask = (kind: number, text: string): Buffer => {
      const head = Buffer.from([0x52, 0, 0, 0, 8 + text.length, 0, 0, 0, kind]);
      return Buffer.concat([head, Buffer.from(text)]);
    };
    const sockets: Socket[] = [];
    const server = createServer((socket) => {
      sockets.push(socket);
      socket
        .on("error", () => undefined)
        .on("data", (bytes) => {
          const nonce = /r=(.*)$/.exec(bytes.toString("latin1"))?.[1];
          if (nonce === undefined) socket.write(ask(10, "SCRAM-SHA-256\0\0"));
          else socket.write(ask(11, `r=${nonce}more,s=c2FsdA==,i=4096`));
        });
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as { port: number };
    const opened = openDatabase({ dsn: `postgres://nobody@127.0.0.1:${port}/none?sslmode=disable` });
    await expect(opened).rejects.toMatchObject({ code: "CONNECTION" });
    await expect
      .poll(() => sockets.map((socket) => socket.readableEnded || socket.destroyed))
      .toEqual([true]);
    server.close();
  });

  test("that does not exist says how to create it", async () => {
    const dsn = changed((url) => {
      url.pathname = "/no_such_database";
    });
    await expect(openDatabase({ dsn })).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringMatching(/no_such_database.*createdb/),
      cause: { code: "3D000" },
    });
  });

  test("where nobody listens asks for host and port, and does not tell the password", async () => {
    const opened = openDatabase({ dsn: "postgres://someone:secret@127.0.0.1:1/x" });
    await expect(opened).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringMatching(
        /^Cannot connect to postgres:\/\/someone:\*\*\*@127.0.0.1:1\/x: .*host and port/,
      ),
    });
    await expect(opened).rejects.not.toThrow(/secret/);
  });

  test("with an unknown host asks for it as well", async () => {
    await expect(openDatabase({ dsn: "postgres://a@no-such-host.invalid/x" })).rejects.toMatchObject({
      code: "CONNECTION",
      message: expect.stringContaining("no-such-host.invalid"),
    });
  });

  test("as a role that is not there is refused", async () => {
    const dsn = changed((url) => {
      url.username = "no_such_role";
      url.password = "wrong";
    });
    const error = await openDatabase({ dsn }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CONNECTION" });
    expect((error as Error).message).toContain("no_such_role");
    expect((error as Error).message).not.toContain("wrong@");
  });
});

describe("the name of a database in messages", () => {
  test.each([
    ["postgres://user:secret@host:5432/db", "postgres://user:***@host:5432/db"],
    ["postgres://user@host/db", "postgres://user@host/db"],
    ["postgres://host/db?password=secret&sslmode=require", "postgres://host/db?password=***"],
    ["host=localhost password=secret dbname=x", "host=localhost password=***"],
    ["postgres://user:p%40ss@host/db", "postgres://user:***@host/db"],
  ])("%s is shown as %s", (dsn, shown) => {
    expect(decodeURIComponent(describeDsn(dsn))).toBe(shown);
  });
});
