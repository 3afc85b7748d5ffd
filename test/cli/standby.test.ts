// Commands on a standby: those that read answer and say how far behind it is, those that write say where to go.

import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { callCli } from "../support/cli.ts";
import { useFolder } from "../support/files.ts";
import { type StandbyPair, startStandbyPair } from "../support/standby.ts";

const folder = useFolder();
let pair: StandbyPair | undefined;
const get = (): StandbyPair => {
  if (pair === undefined) throw new Error("The servers are there inside tests only.");
  return pair;
};

/** The commands that fill the primary. */
const loads = [
  ["ingest", "examples/vdp.yaml"],
  ["index", "add", "Ja_meV"],
  ["view", "create", "VDP"],
  ["memory", "load", "examples/memory.jsonl", "--kind", "entries", "--dimensions", "4"],
  ["simulation", "load", "examples/roads"],
  ["library", "scan", "examples/library/music"],
] as const;

const reads: readonly (readonly string[])[] = [
  ["show", "VDP"],
  ["search", "VDP", "--where", "has spin_s", "--sort", "-Ja_meV"],
  ["search", "--has", "spin_s", "--facets", "source,spin_s"],
  ["search", "--distinct", "spin_s"],
  ["search", "VDP", "--all", "--ndjson"],
  ["sources"],
  ["read", "VDP/H_0001/mh_powder_30T"],
  ["locators", "VDP", "--format", "csv"],
  ["index", "list"],
  ["index", "advise"],
  ["view", "list"],
  ["runs"],
  ["serve-config"],
  ["verify", "--files"],
  ["doctor"],
  ["migrate", "status"],
  ["memory", "search", "--key", "fruit/apple", "--limit", "2"],
  ["memory", "list"],
  ["memory", "count"],
  ["memory", "namespaces"],
  ["memory", "export"],
  ["simulation", "list"],
  ["simulation", "show", "roads"],
  ["simulation", "state", "roads", "segments", "--at", "36000"],
  ["simulation", "series", "roads", "segments", "flow", "--id", "1"],
  ["library", "search", "--artist", "ada*"],
  ["library", "duplicates"],
  ["library", "check", "examples/library/incoming/Halo.wav"],
  ["library", "stats"],
  ["library", "export"],
];

const writes: readonly (readonly string[])[] = [
  ["ingest", "examples/edrixs.yaml"],
  ["index", "drop", "Ja_meV"],
  ["view", "drop", "VDP"],
  ["memory", "delete", "fruit/apple"],
  ["simulation", "delete", "roads", "--yes"],
  ["library", "scan", "examples/library/music"],
];

beforeAll(async () => {
  pair = await startStandbyPair();
  for (const load of loads) {
    const { code, stderr } = await callCli([...load, "--dsn", pair.primary]);
    if (code !== 0) throw new Error(`${load.join(" ")}: ${stderr}`);
  }
  await pair.catchUp();
}, 120_000);
afterAll(async () => pair?.stop());

describe("on a standby", () => {
  it.each(reads.map((args) => [args.join(" "), args] as const))(
    "copycat %s answers as on the primary",
    async (_command, args) => {
      const [there, here] = [
        await callCli([...args, "--dsn", get().primary]),
        await callCli([...args, "--dsn", get().standby]),
      ];
      expect(here.code, here.stderr).toBe(there.code);
      // What names the server, the size of its files or the use of its indexes differs.
      if (!["doctor", "serve-config", "index", "view"].includes(args[0] ?? "")) {
        expect(here.stdout).toBe(there.stdout);
      }
      expect(here.stdout).not.toBe("");
      expect(here.stderr).toContain("This server is a standby");
      expect(there.stderr).not.toContain("standby");
    },
  );

  it.each(writes.map((args) => [args.join(" "), args] as const))(
    "copycat %s names the primary",
    async (_command, args) => {
      const { code, stderr } = await callCli([...args, "--dsn", get().standby]);
      expect(code).toBe(1);
      expect(stderr).toContain("connect to the primary");
    },
  );

  it("nothing is said with --quiet, and doctor tells all", async () => {
    const quiet = await callCli(["runs", "--quiet", "--dsn", get().standby]);
    expect(quiet).toMatchObject({ code: 0, stderr: "" });
    const diagnose = async (): Promise<unknown> =>
      JSON.parse((await callCli(["doctor", "--json", "--dsn", get().standby])).stdout).standby;
    // The primary writes a little from time to time, whatever happens.
    await expect.poll(diagnose, { timeout: 20_000 }).toMatchObject({ behindSeconds: 0, isReceiving: true });
    const says = async (): Promise<string> => (await callCli(["runs", "--dsn", get().standby])).stderr;
    await expect
      .poll(says, { timeout: 20_000 })
      .toContain("is a standby, and has all that its primary sent.");
  });

  it("is told of each of several servers that is one", async () => {
    const { primary, standby } = get();
    const targets = [
      { name: "first", dsn: primary, default: true },
      { name: "copy", dsn: standby, datasets: ["VDP"] },
    ];
    const file = folder.text("targets.yaml", JSON.stringify({ targets }));
    for (const command of [["search", "--count"], ["sources"], ["read", "VDP/H_0001/mh_powder_30T"]]) {
      const { code, stderr } = await callCli([...command, "--targets", file]);
      expect(code, stderr).toBe(0);
      expect(stderr).toContain("copy: This server is a standby");
      expect(stderr).not.toContain("first: ");
    }
    const quiet = await callCli(["search", "--count", "--quiet", "--targets", file]);
    expect(quiet).toMatchObject({ code: 0, stderr: "" });
  });

  it("that is held back says by how much, and one without its primary since when", async () => {
    const client = new pg.Client({ connectionString: get().standby });
    await client.connect();
    await client.query("select pg_wal_replay_pause()");
    const load = await callCli(["ingest", "examples/edrixs.yaml", "--dsn", get().primary]);
    expect(load.code, load.stderr).toBe(0);
    const behind = await callCli(["search", "--count", "--dsn", get().standby]);
    expect(behind.stderr).toMatch(
      /This server is a standby, [\d.]+ s behind its primary: what was written there last/,
    );
    await client.query("select pg_wal_replay_resume()");
    await client.end();
    await get().catchUp();
    const then = await callCli(["search", "--count", "--dsn", get().standby]);
    expect(then.stdout).not.toBe(behind.stdout);
    await get().stopPrimary();
    const alone = await callCli(["search", "--count", "--dsn", get().standby]);
    expect(alone).toMatchObject({ code: 0, stdout: then.stdout });
    expect(alone.stderr).toMatch(
      /does not reach its primary: what was written there since \d{4}-\d\d-\d\d .* UTC is not seen/,
    );
  });
});
