// Without --dsn and DATABASE_URL: the embedded server of the current folder.

import { chmodSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { writeExample } from "../../src/ingest/index.ts";
import { callCli, runCli } from "../support/cli.ts";
import { useFolder } from "../support/files.ts";

const folder = useFolder();
const before = process.cwd();

beforeAll(() => {
  vi.stubEnv("DATABASE_URL", "");
  // The server of root runs as another user, which must come through.
  chmodSync(folder.root, 0o711);
  process.chdir(folder.root);
});

afterAll(async () => {
  await callCli(["db", "stop"]);
  process.chdir(before);
  vi.unstubAllEnvs();
});

describe("before anything was loaded", () => {
  it("db says that there is none, and dsn ends with 1", async () => {
    expect((await callCli(["db", "status"])).stdout).toBe(
      `There is none yet in ${folder.path(".copycat")}; it is made when a command needs it.\n`,
    );
    const dsn = await callCli(["db", "dsn"]);
    expect({ code: dsn.code, stdout: dsn.stdout }).toEqual({ code: 1, stdout: "" });
    expect(dsn.stderr).toContain("The embedded PostgreSQL is not running. Start it: copycat db start");
    expect((await callCli(["db", "stop"])).stdout).toBe("It was not running.\n");
  });

  it("commands that only read make no server", async () => {
    for (const command of ["show", "search", "verify"]) {
      const { code, stderr } = await callCli([command]);
      expect(code).toBe(1);
      expect(stderr).toContain("There is no catalog yet");
    }
    expect(JSON.parse((await callCli(["db", "status", "--json"])).stdout)).toMatchObject({ state: "absent" });
  });
});

it("ingest makes and starts one, others use it, db stop ends it and the data stays", async () => {
  const options = { entities: 2, layout: "per_entity", small: true } as const;
  const { yaml } = await writeExample("example", options);
  const first = await runCli(["ingest", yaml], { cwd: folder.root });
  expect(first.code).toBe(0);
  expect(first.stderr).toMatch(/Started the embedded PostgreSQL on port \d+; `copycat db stop` ends it\.\n/);
  expect(first.stdout).toContain("VDP: 25 nodes in (");
  expect(first.stdout).toContain("\n  npx copycat show VDP\n");

  expect((await callCli(["verify", "--files"])).code).toBe(0);
  expect((await callCli(["db", "status"])).stdout).toMatch(
    /^PostgreSQL \d+ is running on port \d+ \(pid \d+\), data in \//,
  );
  expect((await callCli(["db", "dsn"])).stdout).toMatch(/^postgres(ql)?:\/\/.+@127\.0\.0\.1:\d+\/\w+\n$/);
  expect((await callCli(["db", "stop"])).stdout).toBe("Stopped.\n");
  expect((await callCli(["db", "status"])).stdout).toMatch(/ is stopped, data in \//);

  const again = await callCli(["show", "VDP", "--json"]);
  expect(JSON.parse(again.stdout)).toMatchObject({ children: { count: 2 } });
  expect(again.stderr).toMatch(/^Started the embedded PostgreSQL/);
});
