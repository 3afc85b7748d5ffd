// copycat serve with a targets file, as a process, and its keys.

import { afterEach, describe, expect, it, vi } from "vitest";
import { get, makeKey, nodes, post } from "../service/support.ts";
import { callCli, type RunningCli, startCli } from "../support/cli.ts";
import { useFolder } from "../support/files.ts";
import { databaseOf, datasetsAt } from "../targets/service.ts";
import { useTargets } from "../targets/support.ts";

// Each starts a process.
vi.setConfig({ testTimeout: 60_000 });

const folder = useFolder();
const targets = useTargets(folder, { east: ["E_*"], home: [] });
const running: RunningCli[] = [];

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill("SIGTERM");
    await ended;
  }
});

async function serve(...args: string[]): Promise<{ cli: RunningCli; url: string }> {
  const cli = startCli(["serve", "--port", "0", ...args], { cwd: folder.root });
  running.push(cli);
  await expect.poll(() => cli.stdout(), { timeout: 30_000 }).toContain("Listening on ");
  return { cli, url: /Listening on (http:\/\/[\w.:]+\d)/.exec(cli.stdout())?.[1] ?? "" };
}

describe("serve --targets", () => {
  it("takes records for all servers, with keys that are at the default one", async () => {
    const file = targets.write();
    const { cli, url } = await serve("--targets", file);
    expect(cli.stdout()).toContain(`copycat serve keys add NAME --scope write --targets ${file}`);
    const made = await callCli(["serve", "keys", "add", "beamline", "--scope", "write", "--targets", file]);
    expect(made.code, made.stderr).toBe(0);
    const listed = await callCli(["serve", "keys", "list", "--json", "--targets", file]);
    expect(JSON.parse(listed.stdout).keys).toMatchObject([{ name: "beamline", scope: "write" }]);
    const at = (name: string) =>
      callCli(["serve", "keys", "list", "--json", "--dsn", targets.databases[name]?.dsn ?? ""]);
    expect(JSON.parse((await at("home")).stdout).keys).toHaveLength(1);
    expect(JSON.parse((await at("east")).stdout).keys).toHaveLength(0);

    const headers = { authorization: `Bearer ${made.stdout.trim()}` };
    await expect.poll(async () => (await get(`${url}/v1/runs`)).status).toBe(401);
    const statuses: number[] = [];
    for (const name of ["E_1", "OTHER"]) {
      statuses.push((await post(`${url}/v1/ingest`, nodes(name, 2), headers)).status);
    }
    expect(statuses).toEqual([200, 200]);
    expect([await datasetsAt(targets, "east"), await datasetsAt(targets, "home")]).toEqual([
      ["E_1"],
      ["OTHER"],
    ]);
    const { body } = await get(`${url}/v1/runs`, headers);
    expect(body.runs.map(({ target, by }: Record<string, string>) => [target, by])).toEqual([
      ["home", "beamline"],
      ["east", "beamline"],
    ]);
    await callCli(["serve", "keys", "revoke", "beamline", "--targets", file]);
    await expect.poll(async () => (await get(`${url}/v1/runs`, headers)).status, { timeout: 5000 }).toBe(401);
    cli.child.kill("SIGTERM");
    expect((await cli.ended).code).toBe(0);
  });

  it("says at the start who does not answer, and where the keys should be", async () => {
    const text = (east: object, home: object): string =>
      folder.text(
        "down.yaml",
        JSON.stringify({
          targets: [
            { name: "east", datasets: ["E_*"], ...east },
            { name: "home", default: true, ...home },
          ],
        }),
      );
    const down = { dsn: "postgres://nobody@127.0.0.1:1/none" };
    const { cli, url } = await serve("--targets", text(down, { dsn: targets.databases.home?.dsn }));
    await cli.sees("The target east does not answer: ");
    await cli.sees("What is for it is refused until that is mended.");
    const ready = await get(`${url}/readyz`);
    expect([ready.status, ready.body.status]).toEqual([200, "degraded"]);
    const headers = { authorization: `Bearer ${await makeKey(databaseOf(targets, "home"), "write")}` };
    await expect.poll(async () => (await get(`${url}/v1/runs`, headers)).status, { timeout: 5000 }).toBe(200);
    for (const answer of [
      await post(`${url}/v1/ingest`, nodes("E_1", 1), headers),
      await get(`${url}/v1/search?dataset=E_1`, headers),
    ]) {
      const text = JSON.stringify(answer.body);
      expect([answer.status, text]).toEqual([503, expect.stringContaining("east")]);
      // Where a server is, and as whom copycat logs in, is for whoever started it.
      expect(text).not.toMatch(/127\.0\.0\.1|nobody/);
    }
    const failed = await callCli([
      "serve",
      "--port",
      "0",
      "--targets",
      text({ dsn: targets.databases.east?.dsn }, down),
    ]);
    expect([failed.code, failed.stdout]).toEqual([1, ""]);
    expect(failed.stderr).toContain("The target home does not answer: ");
    const keys = await callCli([
      "serve",
      "keys",
      "--targets",
      text({ dsn: targets.databases.east?.dsn }, down),
    ]);
    expect([keys.code, keys.stderr]).toEqual([
      1,
      expect.stringContaining("The target home does not answer: "),
    ]);
  });
});
