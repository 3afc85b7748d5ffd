// copycat serve and its keys, as commands.

import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";

const database = useDatabase();
const serve = (...args: string[]) => callCli(["serve", ...args, "--dsn", database.dsn]);

describe("keys", () => {
  it("are made, listed and revoked; each is printed once", async () => {
    const made = await serve("keys", "add", "beamline", "--scope", "write");
    expect(made.code, made.stderr).toBe(0);
    expect(made.stdout).toMatch(/^ck_[\w-]{43}\n$/);
    expect(made.stderr).toContain("cannot be shown again");
    const listed = await serve("keys", "list");
    expect(listed.stdout).toMatch(/^name {6}scope {2}created .*\nbeamline {2}write {2}20/);
    expect(listed.stdout).not.toContain(made.stdout.trim());
    expect((await serve("keys", "revoke", "beamline")).stdout).toBe("Revoked beamline.\n");
    const { keys } = JSON.parse((await serve("keys", "list", "--json")).stdout);
    expect(keys).toMatchObject([
      { name: "beamline", scope: "write", revokedAt: expect.stringMatching(/^20/) },
    ]);
  });

  it("need a scope, and one that there is", async () => {
    expect((await serve("keys", "add", "other")).code).toBe(2);
    expect((await serve("keys", "add", "other", "--scope", "all")).code).toBe(2);
  });
});

describe("serve", () => {
  it("does not start for others than this machine without a key", async () => {
    const { code, stderr } = await serve("--host", "0.0.0.0", "--port", "0");
    expect(code).toBe(2);
    expect(stderr).toContain("On 0.0.0.0 others can reach the service, and there is no key that works.");
  });

  it("alone loads the HTTP server: no other command waits for it", () => {
    const script = `
      const { createRequire } = await import("node:module");
      const { makeProgram } = await import("./src/cli/program.ts");
      await makeProgram("1.2.3");
      const loaded = () => Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes("/fastify/"));
      const before = loaded().length;
      await import("./src/service/index.ts");
      console.log(before, loaded().length > 0);`;
    const args = ["--import", "tsx/esm", "--input-type=module", "--eval", script];
    const cwd = new URL("../../", import.meta.url);
    expect(execFileSync(process.execPath, args, { cwd, encoding: "utf8" })).toBe("0 true\n");
  });

  it("refuses a port that is none", async () => {
    expect((await serve("--port", "many")).code).toBe(2);
  });
});
