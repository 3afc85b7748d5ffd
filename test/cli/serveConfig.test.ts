// copycat serve-config: where it writes, what it refuses, what it says.

import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { callCli } from "../support/cli.ts";
import { useDatabase } from "../support/database.ts";
import { useFolder } from "../support/files.ts";
import { array, container, load } from "../support/nodes.ts";

const database = useDatabase();
const folder = useFolder();

const call = (...args: string[]) => callCli(["serve-config", "--dsn", database.dsn, ...args]);

interface Parsed {
  trees: { path: string; tree: string; args: Record<string, unknown> }[];
  authentication: { single_user_api_key: string };
}

beforeAll(async () => {
  await load(database.database, [container("/V"), array("/V/a", { files: ["/data/vdp/a.h5"] })]);
});

describe("serve-config", () => {
  it("prints YAML on stdout, and on stderr that it holds secrets", async () => {
    const { code, stdout, stderr } = await call(
      "--api-key",
      "secret",
      "--readable",
      "/more",
      "--readable",
      "/x",
    );
    expect(code).toBe(0);
    expect(parse(stdout)).toEqual({
      trees: [
        {
          path: "/",
          tree: "catalog",
          args: {
            uri: database.dsn.replace(/^postgres:/, "postgresql:"),
            readable_storage: ["/data/vdp", "/more", "/x"],
          },
        },
      ],
      authentication: { single_user_api_key: "secret" },
    });
    expect(stderr).toBe(
      "It holds secrets, the API key and the connection string: --out FILE makes a file that only you can read.\n",
    );
    expect((await call("--quiet")).stderr).toBe("");
  });

  it("writes a file that only its owner can read, and says how to serve it", async () => {
    const out = folder.path("tiled.yml");
    const { code, stdout, stderr } = await call("--out", out, "--writable", folder.path("written"));
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: `${out}: 1 readable folder\nNext:\n  tiled serve config ${out}\n`,
    });
    expect(stderr).toContain(`${out} holds secrets`);
    expect(stderr).toContain("Clients log in with its single_user_api_key");
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const content = parse(readFileSync(out, "utf8")) as Parsed;
    expect(content.trees[0]?.args.writable_storage).toEqual([folder.path("written")]);
    expect(stdout + stderr).not.toContain(content.authentication.single_user_api_key);
  });

  it("makes the file again with the same key, and with mode 0600 whatever it had", async () => {
    const out = folder.path("again.yml");
    await call("--out", out);
    const before = parse(readFileSync(out, "utf8")) as Parsed;
    chmodSync(out, 0o644);
    expect((await call("--out", out, "--readable", "/more")).code).toBe(0);
    const after = parse(readFileSync(out, "utf8")) as Parsed;
    expect(after.authentication).toEqual(before.authentication);
    expect(after.trees[0]?.args.readable_storage).toEqual(["/data/vdp", "/more"]);
    expect(statSync(out).mode & 0o777).toBe(0o600);
  });

  it.each([
    ["a file of somebody else", "config.yml"],
    ["a folder", "folder.yml"],
  ])("does not overwrite %s", async (_what, name) => {
    folder.text("config.yml", "trees: []\n");
    mkdirSync(folder.path("folder.yml"), { recursive: true });
    const { code, stdout, stderr } = await call("--out", folder.path(name));
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("is there already and was not made by copycat");
    expect(readFileSync(folder.path("config.yml"), "utf8")).toBe("trees: []\n");
  });

  it("says where it cannot write, and leaves nothing behind", async () => {
    const { code, stderr } = await call("--out", folder.path("not/there.yml"));
    expect(code).toBe(1);
    expect(stderr).toContain(`Cannot write ${folder.path("not/there.yml")}: ENOENT`);
    expect(readdirSync(folder.root).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("refuses an API key that Tiled would refuse", async () => {
    const { code, stderr } = await call("--api-key", "not good");
    expect(code).toBe(2);
    expect(stderr).toContain("letters and digits only");
  });

  it("prints JSON, with the configuration only when it went nowhere else", async () => {
    const json = async (...args: string[]): Promise<Record<string, unknown>> =>
      JSON.parse((await call("--json", ...args)).stdout) as Record<string, unknown>;
    expect(await json("--api-key", "k")).toEqual({
      file: null,
      readableStorage: ["/data/vdp"],
      writableStorage: [],
      config: expect.objectContaining({ authentication: { single_user_api_key: "k" } }),
      notices: [],
    });
    const out = folder.path("json.yml");
    expect(await json("--out", out)).toEqual({
      file: out,
      readableStorage: ["/data/vdp"],
      writableStorage: [],
      notices: [],
    });
  });

  it("asks for a catalog", async () => {
    const { code, stderr } = await callCli([
      "serve-config",
      "--dsn",
      database.dsn.replace(/[^/]*$/, "postgres"),
    ]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/holds no catalog yet|no catalog stamp/);
  });
});
