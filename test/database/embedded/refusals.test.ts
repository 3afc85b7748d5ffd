import { appendFile, chown, mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { startEmbedded, statusEmbedded, stopEmbedded } from "../../../src/database/embedded/index.ts";
import { isRoot, newFolder, start } from "./support.ts";

describe("embedded server refuses", { timeout: 60_000 }, () => {
  const refusal = (message: RegExp) => ({
    code: "EMBEDDED_SERVER",
    message: expect.stringMatching(message) as string,
  });

  test("a platform without programs, and says which and what to do", async () => {
    const folder = await newFolder();
    await expect(startEmbedded({ folder, platform: "sunos-sparc" })).rejects.toMatchObject(
      refusal(/no programs for sunos-sparc.*dsn.*DATABASE_URL/s),
    );
  });

  test("data of another major version, and names both", async () => {
    const folder = await newFolder();
    await mkdir(join(folder, "postgres"), { recursive: true });
    await writeFile(join(folder, "password"), "secret\n");
    await writeFile(join(folder, "postgres", "PG_VERSION"), "17\n");
    await expect(start(folder)).rejects.toMatchObject(refusal(/PostgreSQL 17.*PostgreSQL 18.*Dump it/s));
  });

  test("data without their password, a folder that is no data folder, and settings that are none", async () => {
    const folder = await newFolder();
    const { dataFolder } = await start(folder);
    await stopEmbedded({ folder });
    await appendFile(join(dataFolder, "postgresql.conf"), "nonsense = 1\n");
    await expect(start(folder)).rejects.toMatchObject(refusal(/did not start.*parameter "nonsense"/s));
    await rm(join(folder, "password"));
    await expect(start(folder)).rejects.toMatchObject(refusal(/password is missing/));
    await rm(join(dataFolder, "PG_VERSION"));
    await expect(start(folder)).rejects.toMatchObject(refusal(/no PostgreSQL data folder/));
  });

  test("to wait after an abort", async () => {
    const folder = await newFolder();
    const signal = AbortSignal.abort();
    await expect(startEmbedded({ folder, durable: false, signal })).rejects.toMatchObject({
      code: "CANCELLED",
    });
  });

  // Only root can make a folder of another user.
  if (isRoot) {
    test("a folder of another user, and says whose it is", async () => {
      const folder = await newFolder();
      await mkdir(folder);
      await chown(folder, 65_534, 65_534);
      await expect(start(folder)).rejects.toMatchObject(refusal(/belongs to .*65534.*this is root/));
      await expect(statusEmbedded({ folder })).rejects.toMatchObject(refusal(/belongs to/));
    });
  }
});
