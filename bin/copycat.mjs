#!/usr/bin/env node
// Starts the command line: from dist/ when that is newer than every source file (or is all there is, as in the
// published package), else from the TypeScript itself, so that a checkout never runs a stale build.
import { existsSync, readdirSync, statSync } from "node:fs";

const root = new URL("../", import.meta.url);
const built = new URL("dist/src/cli/main.js", root);
const source = new URL("src/cli/main.ts", root);

function newestMtimeMs(folder) {
  let newest = 0;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const url = new URL(entry.isDirectory() ? `${entry.name}/` : entry.name, folder);
    const mtimeMs = entry.isDirectory() ? newestMtimeMs(url) : statSync(url).mtimeMs;
    if (mtimeMs > newest) newest = mtimeMs;
  }
  return newest;
}

function isBuildFresh() {
  if (!existsSync(built)) return false;
  if (!existsSync(source)) return true;
  const sourceMtimeMs = Math.max(
    newestMtimeMs(new URL("src/", root)),
    newestMtimeMs(new URL("migrations/", root)),
  );
  return statSync(built).mtimeMs >= sourceMtimeMs;
}

if (isBuildFresh()) {
  await import(built.href);
} else {
  const { register } = await import("tsx/esm/api");
  register();
  await import(source.href);
}
