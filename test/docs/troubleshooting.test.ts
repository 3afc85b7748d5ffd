// Messages that docs/troubleshooting.md explains are messages that the code gives.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/troubleshooting.md"), "utf8");
const headings = [...page.matchAll(/^### `(.*)`$/gm)].map(([, message = ""]) => message);

/** PostgreSQL's own words, which no file of ours has. */
const ofTheServer = new Set(["permission denied for ..."]);

/** All texts of the source, those that are put together over several lines as one. */
const source = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
  .map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8"))
  .join("\n")
  .replaceAll(/["`]\s*\+\s*["`]/g, "");

test("the page explains many messages", () => {
  expect(headings.length).toBeGreaterThan(40);
  expect(new Set(headings).size).toBe(headings.length);
});

test.each(headings.filter((message) => !ofTheServer.has(message)))("%s is a message of ours", (message) => {
  const parts = message.split("...").filter((part) => /\w{3}/.test(part));
  expect(parts.length).toBeGreaterThan(0);
  for (const part of parts) expect(source).toContain(part.trim());
});

test("links lead to pages and sections that are there", () => {
  for (const file of ["docs/troubleshooting.md", "docs/operations.md", "SECURITY.md"]) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [, target = "", section] of text.matchAll(/\]\(([^)#:]*)(?:#([^)]*))?\)/g)) {
      const path = target === "" ? join(root, file) : join(root, file, "..", target);
      const linked = readFileSync(path, "utf8");
      if (section === undefined) continue;
      const sections = [...linked.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
        title
          .toLowerCase()
          .replaceAll(/[^\w\s-]/g, "")
          .replaceAll(" ", "-"),
      );
      expect(sections, `${file}: ${target}#${section}`).toContain(section);
    }
  }
});
