// No password comes out: not in messages, causes, reports, logs, records, or the list of processes.

import { randomBytes } from "node:crypto";
import { chmodSync, readdirSync, readFileSync } from "node:fs";
import { inspect } from "node:util";
import pg from "pg";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { describeDsn, openDatabase } from "../../src/database/index.ts";
import { callCli, startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { fc } from "../support/property.ts";

const db = useDatabase();
const files = useFolder();

/** Stand at the beginning, in the middle and at the end of each password: none of them may be seen anywhere. */
const markers = ["S3cr3tA", "S3cr3tB", "S3cr3tC"] as const;
const marked = /S3cr3t/i;
const special = fc.string({
  unit: fc.constantFrom(
    ...("%@:/?#&=+;,\\'\" \t$[]{}()<>|~^`!*äß漢😀\u0000\u001b012aF".match(/./gsu) as string[]),
  ),
  maxLength: 6,
});
const passwords = fc
  .tuple(special, special)
  .map(([a, b]) => `${markers[0]}${a}${markers[1]}${b}${markers[2]}`);

const forms: Readonly<Record<string, (password: string) => string>> = {
  "as it should be": (p) => `postgres://me:${encodeURIComponent(p)}@127.0.0.1:1/db`,
  "not encoded": (p) => `postgres://me:${p}@127.0.0.1:1/db`,
  "without a user": (p) => `postgresql://:${p}@127.0.0.1:1`,
  "as a parameter": (p) => `postgres://me@127.0.0.1:1/db?application_name=x&password=${p}`,
  "as an encoded parameter": (p) =>
    `postgres://127.0.0.1:1/db?sslmode=disable&p%61ssword=${encodeURIComponent(p)}`,
  "of a key": (p) => `postgres://me@127.0.0.1:1/db?sslpassword=${p}`,
  twice: (p) => `postgres://me:${p}@127.0.0.1:1/db?password=${p}`,
  "for another program": (p) => `postgresql+asyncpg://me:${p}@127.0.0.1:1/db`,
  "without a scheme": (p) => `me:${p}@127.0.0.1:1/db`,
  "as keywords": (p) => `host=127.0.0.1 port=1 password = '${p}' dbname=db`,
};

describe.each(Object.entries(forms))("a password %s", (_, form) => {
  test("is not in the name of the database", () => {
    fc.assert(
      fc.property(passwords, (password) => {
        expect(describeDsn(form(password))).not.toMatch(marked);
      }),
      { numRuns: 500 },
    );
  });

  test("is in nothing that a failure to connect says", async () => {
    await fc.assert(
      fc.asyncProperty(passwords, async (password) => {
        const error = await openDatabase({ dsn: form(password) }).catch((thrown: unknown) => thrown);
        expect(error).toMatchObject({ code: expect.stringMatching(/^(USAGE|CONNECTION)$/) });
        // Causes, hidden properties and stacks included.
        expect(inspect(error, { depth: 12, showHidden: true })).not.toMatch(marked);
      }),
      // Of the first the middle was a host, and told when there was none of that name.
      { numRuns: 40, examples: [["S3cr3tA@S3cr3tB?S3cr3tC"], ["S3cr3tA@S3cr3tB?x=S3cr3tC"]] },
    );
  });

  test("is not printed by a command that fails", async () => {
    for (const password of fc.sample(passwords, 10)) {
      const { code, stdout, stderr } = await callCli(["runs", "--json", "--dsn", form(password)]);
      expect(code).toBeGreaterThan(0);
      expect(`${stdout}${stderr}`).not.toMatch(marked);
    }
  });
});

test("the user, the host and the database are still told", () => {
  expect(describeDsn("postgres://me:pw@host:5432/db?sslmode=require")).toBe(
    "postgres://me:***@host:5432/db?sslmode=require",
  );
});

describe("with a password that has every special character", () => {
  const role = `secret_${randomBytes(4).toString("hex")}`;
  const password = `S3cr3t %@:/?#&='"\\ $x`;
  let dsn = "";

  beforeAll(async () => {
    await db.rows(`create role ${role} superuser login password ${pg.escapeLiteral(password)}`);
    const url = new URL(db.dsn);
    url.username = role;
    url.password = "";
    dsn = url.toString().replace(`${role}@`, `${role}:${encodeURIComponent(password)}@`);
  });

  afterEach(() => {
    vi.unstubAllEnvs();
  });

  afterAll(async () => {
    await db.rows(`drop owned by ${role}`);
    await db.rows(`drop role ${role}`);
  });

  test.each([
    "ingest examples/vdp.yaml --json",
    "ingest examples/vdp.yaml",
    "ingest no/such.yaml --json",
    "show VDP",
    "show nothing",
    "search VDP --where",
    "doctor --json",
    "verify --json",
    "runs --json",
    "migrate status --json",
    "index add Ja_meV",
    "view create VDP",
    "memory list",
    "memory load examples/memory.jsonl --kind entries --dimensions 4",
    "library scan examples/library/music --json",
    "simulation load examples/roads --json",
    "simulation show nothing",
    "roles --apply --owner public",
    "serve-config --out FILE",
  ])("copycat %s does not print it", async (command) => {
    const args = command.split(" ").map((word) => (word === "FILE" ? files.path("tiled.yml") : word));
    const { stdout, stderr } = await callCli([...args, "--dsn", dsn]);
    expect(`${stdout}${stderr}`).not.toMatch(marked);
    expect(`${stdout}${stderr}`).not.toBe("");
  });

  test("it is in no table of ours", async () => {
    const tables = await db.rows<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables
       where schemaname in ('copycat', 'public', 'memory', 'library', 'simulation')`,
    );
    expect(tables.length).toBeGreaterThan(10);
    for (const { name } of tables) {
      expect(await db.value(`select count(*)::int from ${name} t where t::text ~* 's3cr3t'`)).toBe(0);
    }
  });

  test.each(["PGPASSWORD", "PGPASSFILE"])(
    "%s takes the place of it in the connection string",
    async (name) => {
      const open = new URL(db.dsn);
      open.username = role;
      open.password = "";
      await expectRefused(open.toString());
      // Of a password file, : and \ are escaped.
      const line = `*:*:*:${role}:${password.replaceAll(/[\\:]/g, "\\$&")}\n`;
      const path = files.text("pgpass", line);
      chmodSync(path, 0o600);
      vi.stubEnv(name, name === "PGPASSWORD" ? password : path);
      const database = await openDatabase({ dsn: open.toString() });
      expect((await database.pool.query("select current_user as name")).rows).toEqual([{ name: role }]);
      await database.close();
    },
  );

  /** Where the server asks for passwords at all: one that trusts everybody lets anyone in. */
  async function expectRefused(target: string): Promise<void> {
    const asks = await db.value<boolean>(
      "select not exists (select from pg_hba_file_rules where auth_method = 'trust' and type = 'host')",
    );
    const opened = openDatabase({ dsn: target });
    if (asks) await expect(opened).rejects.toMatchObject({ code: "CONNECTION" });
    else await (await opened).close();
  }

  test("no list of processes shows it, neither ours nor a child's", async () => {
    const running = startCli(["ingest", "-", "--dsn", dsn], { cwd: files.root });
    try {
      // It waits for standard input by now, with its connection open.
      const connections = () =>
        db.value("select count(*)::int from pg_stat_activity where usename = $1 and query ~* '^copy '", [
          role,
        ]);
      await expect.poll(connections, { timeout: 30_000 }).toBeGreaterThan(0);
      expect(commandLines().filter((line) => marked.test(line))).toEqual([]);
    } finally {
      running.child.stdin.end("");
      running.child.kill();
      await running.ended;
    }
  });

  /** Of every process on this machine that we may look at. */
  function commandLines(): string[] {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => {
        try {
          return readFileSync(`/proc/${pid}/cmdline`, "utf8");
        } catch {
          return "";
        }
      });
  }
});
