// The roles of `copycat roles`: each does its work, and is refused what is not its work with the right that it lacks.

import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { callCli, startCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";

const db = useDatabase({ empty: true });
const files = useFolder();
const suffix = randomBytes(4).toString("hex");
// Quotes and capitals: names are quoted wherever they go.
const names = {
  admin: `admin_${suffix}`,
  owner: `Owner "${suffix}"`,
  writer: `writer'${suffix}`,
  reader: `reader_${suffix}`,
  tiled: `tiled_${suffix}`,
  nobody: `nobody_${suffix}`,
};
type Name = keyof typeof names;
const flags = (["owner", "writer", "reader", "tiled"] as const).flatMap((name) => [`--${name}`, names[name]]);

function dsnOf(name: Name): string {
  const url = new URL(db.dsn);
  url.username = encodeURIComponent(names[name]);
  url.password = "pass";
  return url.toString();
}

async function run(name: Name, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await callCli([...args, "--dsn", dsnOf(name)]);
  return { code: code ?? -1, stdout, stderr };
}

async function ask(name: Name, text: string): Promise<unknown> {
  const client = new pg.Client({ connectionString: dsnOf(name) });
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

const quoted = (name: Name): string => pg.escapeIdentifier(names[name]);

beforeAll(async () => {
  const database = await db.value<string>("select current_database()");
  await db.rows(`create role ${quoted("admin")} login createrole password 'pass'`);
  await db.rows(`create role ${quoted("nobody")} login password 'pass'`);
  await db.rows(`alter database ${database} owner to ${quoted("admin")}`);
  await db.rows(`alter schema public owner to ${quoted("admin")}`);
  // What was made before there were roles: by the administrator.
  expect(await run("admin", "migrate", "up")).toMatchObject({ code: 0 });
  const applied = await run("admin", "roles", "--apply", ...flags);
  expect(applied.stderr).toMatch(/only .*Owner.* loads the catalog/);
  expect(applied.code).toBe(0);
  for (const name of ["owner", "writer", "reader", "tiled"] as const) {
    await db.rows(`alter role ${quoted(name)} password 'pass'`);
  }
});

afterAll(async () => {
  await db.rows(`reassign owned by ${quoted("admin")}, ${quoted("owner")} to current_user`);
  for (const name of Object.keys(names) as Name[]) {
    await db.rows(`drop owned by ${quoted(name)} cascade`);
  }
  if (Number(await db.value("show server_version_num")) >= 150_000) {
    await db.rows(`revoke set on parameter session_replication_role from ${quoted("writer")}`);
  }
  for (const name of ["owner", "writer", "reader", "tiled", "admin", "nobody"] as const) {
    await db.rows(`drop role ${quoted(name)}`);
  }
});

describe("the script", () => {
  test("is printed without a database, and is what is run", async () => {
    const { code, stdout } = await callCli(["roles", ...flags]);
    expect(code).toBe(0);
    const client = new pg.Client({ connectionString: dsnOf("admin") });
    await client.connect();
    await client.query(stdout);
    await client.end();
  });

  test("changes nothing when it is run again", async () => {
    const look = () =>
      db.rows(`select oid::regclass::text as name, relowner::regrole::text as owner, relacl::text as rights from pg_class
        where relnamespace in (select oid from pg_namespace where nspname in ('public', 'copycat')) order by 1`);
    const before = await look();
    expect((await run("admin", "roles", "--apply", ...flags)).code).toBe(0);
    expect(await look()).toEqual(before);
  });

  test("is refused to a role that may not make roles, with what it needs", async () => {
    const others = ["--owner", "a", "--writer", "b", "--reader", "c", "--tiled", "d"];
    const { code, stderr } = await run("nobody", "roles", "--apply", ...others);
    expect(code).toBe(1);
    expect(stderr).toMatch(/may not make the others: .*\(42501\).*createrole.*Nothing was changed/s);
  });

  test.each([
    [["--owner", "same", "--writer", "same"], /the same name/],
    [["--owner", "pg_own"], /keeps for itself/],
    [["--reader", "public"], /keeps for itself/],
    [["--tiled", "x".repeat(64)], /1 to 63 bytes/],
  ])("is not made for %j", async (args, message) => {
    const { code, stderr } = await callCli(["roles", ...args]);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});

/** Each in the order in which a laboratory would do it. Commands of one role lean on those before. */
const work: readonly [name: Name, command: string][] = [
  ["owner", "migrate up"],
  ["owner", "ingest examples/vdp.yaml --quiet"],
  ["owner", "memory load examples/memory.jsonl --kind entries --dimensions 4 --quiet"],
  ["owner", "simulation load examples/roads --quiet"],
  ["owner", "library scan examples/library/music --quiet"],
  ["owner", "index add Ja_meV"],
  ["owner", "view create VDP"],
  ["owner", "serve keys add beamline --scope write"],
  ["writer", "ingest examples/edrixs.yaml --quiet"],
  ["writer", "serve keys list"],
  ["writer", "ingest examples/vdp.yaml --on-conflict update --prune --quiet"],
  ["writer", "ingest examples/vdp.yaml --commit-every 3 --reread --quiet"],
  ["writer", "watch examples/vdp.yaml --once --quiet"],
  ["writer", "memory load examples/memory.jsonl --kind entries --on-conflict update --quiet"],
  ["writer", "memory delete fruit/apple"],
  ["writer", "simulation load examples/roads --scenario again --quiet"],
  ["writer", "simulation delete again --yes"],
  ["writer", "library scan examples/library/incoming --library incoming --quiet"],
  ["writer", "library vet examples/library/incoming"],
  ["writer", "verify"],
  ["reader", "show VDP"],
  ["reader", "search VDP --limit 3"],
  ["reader", "sources"],
  ["reader", "index list"],
  ["reader", "view list"],
  ["reader", "locators VDP"],
  ["reader", "read VDP/H_0001/mh_powder_30T"],
  ["reader", "runs"],
  ["reader", "verify --files"],
  ["reader", "doctor"],
  ["reader", "migrate status"],
  ["reader", "memory list"],
  ["reader", "memory search --vector examples/vector.json"],
  ["reader", "simulation list"],
  ["reader", "simulation state roads segments --at 36000"],
  ["reader", "library search --artist ada*"],
  ["reader", "library duplicates"],
];

describe("each role does its work", () => {
  beforeAll(async () => {
    // The one right that needs a superuser.
    if (Number(await db.value("show server_version_num")) >= 150_000) {
      await db.rows(`grant set on parameter session_replication_role to ${quoted("writer")}`);
    }
  });

  test.each(work)("%s: %s", async (name, command) => {
    const args = command.split(" ").map((word) => (word === "examples/vector.json" ? vector() : word));
    const { code, stderr } = await run(name, ...args);
    expect(code, stderr).toBe(0);
  });

  const vector = (): string => files.text("vector.json", "[1, 0, 0, 0]");

  test("what the writer put in is recorded, and sound", async () => {
    const { stdout } = await run("reader", "runs", "--json");
    expect(stdout).toContain(`"${names.writer}"`);
    expect((await run("reader", "verify")).code).toBe(0);
  });

  test("the writer runs the service, which takes records", async () => {
    const key = await keyOf("pushing");
    const service = startCli(["serve", "--port", "0", "--dsn", dsnOf("writer")], { cwd: files.root });
    try {
      await expect.poll(() => service.stdout(), { timeout: 50_000 }).toContain("Listening on ");
      const url = /Listening on (http:\/\/[\w.:]+\d)/.exec(service.stdout())?.[1] ?? "";
      const ready = await fetch(`${url}/readyz`);
      expect(ready.status).toBe(200);
      const body =
        '{"path":["pushed"],"structure_family":"container","metadata":{},"specs":[],"access_blob":{}}\n';
      const headers = {
        "content-type": "application/x-ndjson",
        authorization: `Bearer ${key}`,
      };
      const answer = await fetch(`${url}/v1/ingest`, { method: "POST", headers, body });
      expect(await answer.json()).toMatchObject({ nodes: { inserted: 1 } });
    } finally {
      service.child.kill("SIGTERM");
      await service.ended;
    }
  });

  /** Made by the owner, printed once. */
  async function keyOf(name: string): Promise<string> {
    const { stdout } = await run("owner", "serve", "keys", "add", name, "--scope", "write");
    return /ck_[\w-]+/.exec(stdout)?.[0] ?? "";
  }

  test("Tiled's role writes as Tiled does, closure and all", async () => {
    await ask(
      "tiled",
      `insert into nodes (key, parent, structure_family, metadata, specs, access_blob, time_created, time_updated)
        values ('by_tiled', 0, 'container', '{}', '[]', '{}', now(), now())`,
    );
    expect(
      await ask(
        "tiled",
        "select depth from nodes_closure c join nodes n on n.id = c.descendant where key = 'by_tiled' order by 1",
      ),
    ).toEqual([{ depth: 0 }, { depth: 1 }]);
    await ask("tiled", "update nodes set metadata = '{\"a\": 1}' where key = 'by_tiled'");
    await ask("tiled", "delete from nodes where key = 'by_tiled'");
  });
});

describe("what is not its work is refused, with the right that is missing", () => {
  test.each([
    [
      "writer",
      "ingest examples/edrixs.yaml --mode offline --reread --on-conflict update --quiet",
      /may not load.*copycat roles --apply/s,
    ],
    ["writer", "index add Jb_meV", /must be owner|permission denied|may not/],
    ["writer", "view drop VDP", /must be owner/],
    [
      "reader",
      "ingest examples/edrixs.yaml --reread --on-conflict update --quiet",
      /permission denied|may not/,
    ],
    ["reader", "memory load examples/memory.jsonl --kind entries --quiet", /permission denied/],
    ["reader", "memory delete fruit/plum", /permission denied/],
    ["reader", "simulation load examples/roads --scenario no --quiet", /permission denied/],
    ["reader", "simulation delete roads --yes", /permission denied/],
    ["reader", "library scan examples/library/music --quiet", /permission denied/],
    ["reader", "index add Jb_meV", /must be owner|permission denied|may not/],
    ["tiled", "memory list", /permission denied for schema memory/],
    ["tiled", "simulation list", /permission denied for schema simulation/],
    ["tiled", "library stats", /permission denied for schema library/],
  ] as const)("%s: %s", async (name, command, message) => {
    const { code, stderr } = await run(name, ...command.split(" "));
    expect(code, stderr).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/unexpected error/);
  });

  test.each([
    ["writer", "drop table nodes"],
    ["writer", "alter table nodes add column x int"],
    ["writer", "update alembic_version set version_num = 'x'"],
    ["writer", "create table public.x (id int)"],
    ["writer", "create schema x"],
    ["reader", "delete from nodes"],
    ["reader", "create table public.x (id int)"],
    ["reader", "select nextval('nodes_id_seq')"],
    ["tiled", "select * from copycat.run"],
    ["tiled", "truncate nodes"],
    ["tiled", "alter table nodes disable trigger all"],
    ["tiled", "update alembic_version set version_num = 'x'"],
  ] as const)("%s: %s", async (name, statement) => {
    await expect(ask(name, statement)).rejects.toMatchObject({ code: "42501" });
  });
});

test("what says which migrations were applied, and keys, are the owner's alone once the script has run again", async () => {
  expect((await run("admin", "roles", "--apply", ...flags)).code).toBe(0);
  await expect(ask("writer", "delete from memory.memory_migration")).rejects.toMatchObject({ code: "42501" });
  const { code, stderr } = await run("writer", "serve", "keys", "add", "another", "--scope", "read");
  expect(code).toBe(1);
  expect(stderr).toMatch(/permission denied for table api_key/);
  await expect(ask("reader", "select * from copycat.api_key")).rejects.toMatchObject({ code: "42501" });
});

test("tables that the owner makes later are the writer's and the reader's, too", async () => {
  await ask("owner", "create table simulation.later (id int generated by default as identity)");
  await ask("writer", "insert into simulation.later default values");
  expect(await ask("reader", "select id from simulation.later")).toEqual([{ id: 1 }]);
  await expect(ask("tiled", "select * from simulation.later")).rejects.toMatchObject({ code: "42501" });
});
