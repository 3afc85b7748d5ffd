// What plots can be drawn on.

import { readEnv } from "../config.ts";
import type { Canvas } from "./plotScale.ts";

/** https://no-color.org: any value but an empty one. */
export function canvas(): Canvas {
  const { isTTY, columns } = process.stdout;
  const hasColor = isTTY === true && readEnv("NO_COLOR") === undefined && readEnv("TERM") !== "dumb";
  return { width: columns || 80, hasColor };
}
