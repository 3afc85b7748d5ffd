// The page of a service on several servers.

import { join } from "node:path";
import { expect, it } from "vitest";
import { bringBack, sendAway } from "../../../support/awayDatabase.ts";
import { useFolder } from "../../../support/files.ts";
import { databaseOf, useTargetsService } from "../../../targets/service.ts";
import { useTargets } from "../../../targets/support.ts";
import { nodes, post } from "../../support.ts";
import { useBrowser } from "./chromium.ts";

const shots = join(import.meta.dirname, "../../../../.copycat/screenshots");
const targets = useTargets(useFolder(), { west: ["W_*"], home: [] });
const service = useTargetsService(targets);
const browser = useBrowser();

it("names the servers, where each dataset is, and which server does not answer", async () => {
  await post(`${service.url}/v1/ingest`, nodes("W_1", 3));
  await post(`${service.url}/v1/ingest`, nodes("OTHER", 2));
  const { page, faults } = await browser.open(service.url);
  await page.goto(service.url);
  await page.getByText("servers west, home").waitFor();
  const datasets = page.locator("#datasets tbody tr");
  await expect.poll(() => datasets.allInnerTexts(), { timeout: 10_000 }).toHaveLength(2);
  expect((await datasets.allInnerTexts()).map((text) => text.split(/\s+/))).toEqual([
    ["W_1", "west", "3"],
    ["OTHER", "home", "2"],
  ]);
  await sendAway(databaseOf(targets, "west"));
  await page.getByText("servers west (does not answer), home").waitFor();
  expect(await page.locator("#ready").textContent()).toContain("ready");
  await page.screenshot({ path: join(shots, "targets.png") });
  await bringBack(databaseOf(targets, "west"));
  await page.getByText("servers west, home").waitFor();
  expect(faults).toEqual([]);
});
