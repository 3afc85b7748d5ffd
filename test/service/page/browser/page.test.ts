// The page for people in a real browser, over a real service on a real PostgreSQL.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { useDatabase } from "../../../support/database.ts";
import { nodes, openPost, post, textOf, useService } from "../../support.ts";
import { contrasts } from "./audit.ts";
import { findChromium, useBrowser } from "./chromium.ts";

const database = useDatabase();
const service = useService(database);
const browser = useBrowser();
const hostile = "<img src=x onerror=alert(1)>";
const shots = join(import.meta.dirname, "../../../../.copycat/screenshots");

/** The examples stand in every screenshot. */
beforeAll(async () => {
  await mkdir(shots, { recursive: true });
  await post(`${service.url}/v1/ingest`, nodes("VDP", 1210));
  await post(`${service.url}/v1/ingest`, `${nodes("EDRIXS", 300)}{"path":"/EDRIXS/x/y"}\n`);
  await post(`${service.url}/v1/memory/entries?dimensions=2`, '{"key":"a","value":"b","embedding":[0,1]}\n');
  await post(`${service.url}/v1/ingest?on_conflict=error`, nodes("VDP", 1));
  await post(`${service.url}/v1/ingest`, nodes(hostile, 2));
}, 60_000);

describe("a load that is pushed", () => {
  it("is seen running, then completed, without a reload; and the chart draws it", async () => {
    const { page, faults } = await browser.open(service.url);
    await page.goto(service.url);
    await page.getByText("ready", { exact: true }).waitFor();
    await page.getByText("live", { exact: true }).waitFor();
    await page.evaluate(() => Reflect.set(window, "isSame", true));
    const { request, answer } = openPost(`${service.url}/v1/ingest`);
    request.write(nodes("LIVE", 4000));
    const running = page.locator("#running tbody tr");
    await running.getByText("catalog").waitFor();
    // Progress is told a thousand records at a time.
    await expect.poll(() => running.textContent(), { timeout: 10_000 }).toMatch(/[1-4],000/);
    for (let part = 0; part < 12; part++) {
      request.write(nodes(`LIVE${part}`, 300 + 250 * (part % 9)));
      await page.waitForTimeout(400);
    }
    await page.screenshot({ path: join(shots, "running.png"), fullPage: true });
    request.end('{"path":"/LIVE/last"}\n');
    expect(JSON.parse(await textOf(await answer)).status).toBe("completed");
    const row = page.locator("#runs tbody tr").first();
    await expect.poll(() => row.textContent(), { timeout: 10_000 }).toContain("LIVE");
    expect(await row.textContent()).toContain("completed");
    expect(await running.count()).toBe(0);
    expect(await page.getByText("No load is running.").isVisible()).toBe(true);
    await expect.poll(() => page.getByRole("status").textContent()).toContain("completed");
    await expect.poll(() => page.locator("#datasets").textContent(), { timeout: 15_000 }).toContain("LIVE11");
    const height = (): Promise<number> =>
      page.locator("#chart .line.catalog").evaluate((line) => (line as SVGPathElement).getBBox().height);
    await expect.poll(height, { timeout: 15_000 }).toBeGreaterThan(50);
    expect(await page.locator("#legend li.catalog").textContent()).toMatch(/at most [\d,]+/);
    expect(await page.evaluate(() => Reflect.get(window, "isSame"))).toBe(true);
    expect(faults).toEqual([]);
  });
});

describe("what the page shows", () => {
  it("is text, whatever it is called", async () => {
    const { page, faults } = await browser.open(service.url);
    await page.goto(service.url);
    const cell = page.locator("#runs td", { hasText: hostile }).first();
    await cell.waitFor();
    await page.locator("#datasets td", { hasText: hostile }).first().waitFor();
    expect(await page.locator("img").count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it("says states by words and shapes", async () => {
    const { page } = await browser.open(service.url);
    await page.goto(service.url);
    for (const state of ["completed", "with rejects", "failed"]) {
      const mark = page.locator("#runs .mark", { hasText: state }).first();
      await mark.waitFor();
      expect(await mark.locator("svg path").getAttribute("d")).toMatch(/^M/);
    }
  });

  it.each(["light", "dark"] as const)("can be read in the %s", async (colorScheme) => {
    const { page } = await browser.open(service.url, { colorScheme });
    await page.goto(service.url);
    await page.locator("#datasets tbody tr").first().waitFor();
    await page.waitForTimeout(300);
    const found = await contrasts(page);
    expect(found.length).toBeGreaterThan(40);
    expect(found.filter(({ ratio, least }) => ratio < least)).toEqual([]);
    await page.screenshot({ path: join(shots, `${colorScheme}.png`), fullPage: true });
  });

  it("fits a phone, and each number says there what it is", async () => {
    const { page } = await browser.open(service.url, {
      viewport: { width: 375, height: 800 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
    });
    await page.goto(service.url);
    await page.locator("#datasets tbody tr").first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(375);
    const label = (): Promise<string> =>
      page
        .locator("#runs td:nth-child(4)")
        .first()
        .evaluate((cell) => getComputedStyle(cell, "::before").content);
    expect(await label()).toContain("Records");
    await page.screenshot({ path: join(shots, "phone.png"), fullPage: true });
  });
});

describe("for keyboard and screen reader", () => {
  it("has landmarks, one heading of the first level, named tables with heads, and named controls", async () => {
    const { page } = await browser.open(service.url);
    await page.goto(service.url);
    await page.locator("#datasets tbody tr").first().waitFor();
    for (const role of ["banner", "main", "contentinfo"] as const) {
      expect([role, await page.getByRole(role).count()]).toEqual([role, 1]);
    }
    expect(await page.getByRole("heading", { level: 1 }).count()).toBe(1);
    for (const name of ["Recent runs", "Datasets"]) {
      const table = page.getByRole("table", { name });
      expect(await table.getByRole("columnheader").count()).toBeGreaterThan(1);
      expect(await page.getByRole("region", { name }).count()).toBe(1);
    }
    const unnamed = await page
      .locator("button:visible, input:visible, a:visible")
      .evaluateAll((all) =>
        all.filter(
          (one) => (one.textContent ?? "").trim() === "" && !(one as HTMLInputElement).labels?.length,
        ),
      );
    expect(unnamed).toEqual([]);
    expect(await page.getByRole("img").getAttribute("aria-describedby")).toBe("chart-text");
    await expect.poll(() => page.locator("#chart-text").textContent()).toContain("catalog:");
  });

  it("stops moving on a key, and goes on", async () => {
    const { page } = await browser.open(service.url);
    await page.goto(service.url);
    const pause = page.getByRole("button", { name: "Pause" });
    await pause.waitFor();
    await page.keyboard.press("Tab");
    expect(await pause.evaluate((button) => document.activeElement === button)).toBe(true);
    const outline = await pause.evaluate((button) => getComputedStyle(button).outlineStyle);
    expect(outline).not.toBe("none");
    await page.keyboard.press("Enter");
    expect(await pause.getAttribute("aria-pressed")).toBe("true");
    await post(`${service.url}/v1/ingest`, nodes("PAUSED", 5));
    await page.waitForTimeout(700);
    expect(await page.locator("#runs", { hasText: "PAUSED" }).count()).toBe(0);
    await page.keyboard.press("Enter");
    await page.locator("#runs", { hasText: "PAUSED" }).waitFor({ timeout: 5000 });
  });
});

describe("without a Chromium", () => {
  it("the test says what to install", () => {
    expect(() => findChromium("/nowhere/chromium")).toThrow(
      /apt-get install .* chromium\), or set CHROMIUM_PATH/,
    );
  });
});
