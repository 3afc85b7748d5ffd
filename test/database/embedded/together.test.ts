import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { type EmbeddedServer, stopEmbedded } from "../../../src/database/embedded/index.ts";
import { withLock } from "../../../src/database/embedded/lock.ts";
import { newFolder, query, start, startElsewhere } from "./support.ts";

describe("embedded server, several at once", { timeout: 60_000 }, () => {
  test("four commands share one server, which outlives them", async () => {
    const folder = await newFolder();
    const commands = [1, 2, 3, 4].map(() => startElsewhere(folder));
    const outputs = await Promise.all(commands.map(({ stdout }) => (stdout === null ? "" : text(stdout))));
    const servers = outputs.map((output) => JSON.parse(output) as EmbeddedServer);
    expect(new Set(servers.map(({ pid }) => pid)).size).toBe(1);
    expect(servers.filter(({ started }) => started)).toHaveLength(1);
    expect(await query(servers[0]?.dsn ?? "", "select 1 as one")).toEqual([{ one: 1 }]);
    expect(await start(folder)).toMatchObject({ started: false, pid: servers[0]?.pid });
  });

  test("the lock lets one in at a time", async () => {
    const folder = await newFolder();
    await mkdir(folder);
    let inside = 0;
    let most = 0;
    const work = async () => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 8 }, () => withLock(folder, {}, work)));
    expect(most).toBe(1);
  });

  test("a port that another program took is left to it", async () => {
    const folder = await newFolder();
    const { port } = await start(folder);
    await stopEmbedded({ folder });
    const other = createServer().listen(port, "127.0.0.1");
    await once(other, "listening");
    try {
      const moved = await start(folder);
      expect(moved.port).not.toBe(port);
      expect(await query(moved.dsn, "select 1 as one")).toEqual([{ one: 1 }]);
    } finally {
      other.close();
    }
  });
});
