// A Chromium of this machine, and pages in it that keep what went wrong.

import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll } from "vitest";

const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/snap/bin/chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** @throws Error that says what to install */
export function findChromium(given: string | undefined): string {
  const found = given ?? usualPlaces.find((place) => existsSync(place));
  if (found !== undefined && existsSync(found)) return found;
  const where = given === undefined ? "in the usual places" : `at ${given} (CHROMIUM_PATH)`;
  throw new Error(
    `There is no Chromium ${where}. Install one (apt-get install -y --no-install-recommends chromium), or set CHROMIUM_PATH.`,
  );
}

export interface WatchedPage {
  page: Page;
  /** Errors and warnings of its console, exceptions, and what it asked of others than the service. */
  faults: string[];
}

export interface TestBrowser {
  open(url: string, options?: BrowserContextOptions): Promise<WatchedPage>;
}

export function useBrowser(): TestBrowser {
  let browser: Browser | undefined;
  beforeAll(async () => {
    const executablePath = findChromium(process.env.CHROMIUM_PATH);
    // As root, as in most containers, it has no sandbox of its own.
    const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
    browser = await chromium.launch({ executablePath, args });
  });
  afterAll(async () => {
    await browser?.close();
  });
  return {
    open: async (url, options = {}) => {
      if (browser === undefined) throw new Error("The browser runs inside tests and hooks only.");
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      return { page, faults: watch(page, new URL(url).origin) };
    },
  };
}

function watch(page: Page, origin: string): string[] {
  const faults: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) faults.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => faults.push(`exception: ${error.message}`));
  page.on("request", (request) => {
    if (new URL(request.url()).origin !== origin) faults.push(`request: ${request.url()}`);
  });
  return faults;
}
