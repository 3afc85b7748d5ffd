// How to start copycat again from where it runs, for what a command says to type next.

import { readEnv } from "../config.ts";

/** `npx copycat`, as in a checkout and beside a package.json; an image without npx says another in COPYCAT_COMMAND. */
export function programName(): string {
  return readEnv("COPYCAT_COMMAND") ?? "npx copycat";
}
