// The package's version, from the package.json above: one level more in dist/.

import { existsSync, readFileSync } from "node:fs";

/** For example "0.1.0". */
export function readVersion(): string {
  for (const above of ["../package.json", "../../package.json"]) {
    const url = new URL(above, import.meta.url);
    if (!existsSync(url)) continue;
    const { version } = JSON.parse(readFileSync(url, "utf8")) as { version: string };
    return version;
  }
  return "unknown";
}
