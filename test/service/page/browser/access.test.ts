// The page where a key is needed, and where the service goes away and comes back.

import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startService } from "../../../../src/service/index.ts";
import { useDatabase } from "../../../support/database.ts";
import { makeKey, nodes, post } from "../../support.ts";
import { contrasts } from "./audit.ts";
import { useBrowser } from "./chromium.ts";

const shots = join(import.meta.dirname, "../../../../.copycat/screenshots");
const database = useDatabase();
const browser = useBrowser();

describe("a service that needs a key", () => {
  it("asks for one, refuses a wrong one, keeps a right one for this tab alone, and forgets it", async () => {
    const key = await makeKey(database, "read");
    const service = await startService(database.database, { port: 0 });
    const { page, faults } = await browser.open(service.url);
    await page.goto(service.url);
    const input = page.getByLabel("Key", { exact: true });
    await input.waitFor();
    expect(await input.evaluate((field) => document.activeElement === field)).toBe(true);
    expect(await page.locator("main").isVisible()).toBe(false);
    await page.keyboard.type("ck_wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").getByText("refused this key").waitFor();
    expect((await contrasts(page)).filter(({ ratio, least }) => ratio < least)).toEqual([]);
    await page.screenshot({ path: join(shots, "key.png") });
    await page.keyboard.type(key);
    await page.keyboard.press("Enter");
    await page.getByText("live", { exact: true }).waitFor();
    expect(await input.isVisible()).toBe(false);
    expect(page.url()).not.toContain(key);
    expect(await page.content()).not.toContain(key);
    expect(await page.evaluate(() => [localStorage.length, document.cookie])).toEqual([0, ""]);
    await page.reload();
    await page.getByText("live", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Forget the key" }).click();
    await input.waitFor();
    expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
    // The browser itself reports answers of 401; nothing else is wrong.
    expect(faults.filter((fault) => !fault.includes("401 (Unauthorized)"))).toEqual([]);
    await database.rows("delete from copycat.api_key");
    await service.stop(0);
  });
});

describe("a service that goes away", () => {
  it("is said to be away and when it is tried again, and what came meanwhile is there once it is back", async () => {
    const first = await startService(database.database, { port: 0 });
    const port = Number(new URL(first.url).port);
    const { page } = await browser.open(first.url);
    await page.goto(first.url);
    await page.getByText("live", { exact: true }).waitFor();
    await first.stop(0);
    const connection = page.locator("#connection");
    await expect.poll(() => connection.textContent(), { timeout: 10_000 }).toContain("does not answer");
    await expect.poll(() => connection.textContent(), { timeout: 10_000 }).toMatch(/Next try in \d+ s/);
    await expect.poll(() => page.getByRole("status").textContent()).toContain("What is shown is old");
    await page.screenshot({ path: join(shots, "away.png") });
    const second = await startService(database.database, { port });
    await post(`${second.url}/v1/ingest`, nodes("MEANWHILE", 3));
    await page.getByText("live", { exact: true }).waitFor({ timeout: 20_000 });
    await page.locator("#runs td", { hasText: "MEANWHILE" }).waitFor();
    expect(await page.getByRole("button", { name: "Try now" }).isVisible()).toBe(false);
    await second.stop(0);
  });
});
