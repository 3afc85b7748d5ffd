// The child is compiled before it runs, as users have copycat: to compile while it runs takes 65 MB in its process.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** Gives the path of the compiled child. */
export async function compileChild(): Promise<string> {
  const tsc = fileURLToPath(new URL("../../node_modules/typescript/bin/tsc", import.meta.url));
  const project = fileURLToPath(new URL("tsconfig.json", import.meta.url));
  await promisify(execFile)(process.execPath, [tsc, "-p", project]);
  return fileURLToPath(new URL("../.cache/manifest-build/bench/manifest/child.js", import.meta.url));
}
