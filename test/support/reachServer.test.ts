// Which server the tests take, and that each way but the container's leads to one.

import pg from "pg";
import { describe, expect, test } from "vitest";
import { chooseServer, findBin, reachServer, serverKinds } from "./reachServer.ts";

describe("the choice", () => {
  test.each([
    [{}, "embedded"],
    [{ TEST_DATABASE_URL: "postgres://a" }, "url"],
    [{ TEST_DATABASE_URL: "" }, "embedded"],
    [{ TEST_DATABASE_URL: "postgres://a", COPYCAT_TEST_SERVER: "embedded" }, "embedded"],
    [{ TEST_DATABASE_URL: "postgres://a", COPYCAT_TEST_SERVER: "container" }, "container"],
  ])("of %j is %s", async (env, kind) => {
    expect(await chooseServer(env)).toBe(kind);
  });

  test.each([
    [{ COPYCAT_TEST_SERVER: "sqlite" }, new RegExp(serverKinds.join(", "))],
    [{ COPYCAT_TEST_SERVER: "url" }, /needs TEST_DATABASE_URL/],
    [{ COPYCAT_TEST_SERVER: "local", COPYCAT_TEST_BIN: "/no/such/folder" }, /COPYCAT_TEST_BIN/],
  ])("of %j fails", async (env, message) => {
    await expect(chooseServer(env)).rejects.toThrow(message);
  });
});

describe("a server", () => {
  test("of a container comes from the image that the environment names", async () => {
    // No registry has it, and where no engine runs none is asked.
    const env = { COPYCAT_TEST_SERVER: "container", COPYCAT_TEST_IMAGE: "copycat.invalid/no-such-image:0" };
    await expect(reachServer(env)).rejects.toThrow(/copycat\.invalid|container runtime/);
  });

  // Programs that are installed here, or those that the product brings, which are local once they are named.
  test("of local programs is made, reached, and gone afterwards", async () => {
    const env = { COPYCAT_TEST_SERVER: findBin({}) === null ? "embedded" : "local" };
    const server = await reachServer(env);
    const client = new pg.Client({ connectionString: server.url });
    await client.connect();
    const { rows } = await client.query(
      "select rolsuper as super from pg_roles where rolname = current_user",
    );
    expect(rows).toEqual([{ super: true }]);
    await client.end();
    await server.stop();
    await expect(new pg.Client({ connectionString: server.url }).connect()).rejects.toMatchObject({
      code: "ECONNREFUSED",
    });
  });
});
