// `.copycat/postgres.log`: what the server writes, kept small, and read when it does not start.

import { copyFile, open, readFile, stat, truncate } from "node:fs/promises";

const limitBytes = 8 * 2 ** 20;

/** Over 8 MB the log moves to postgres.log.1; a running server goes on at the start of the emptied file. */
export async function limitLog(path: string): Promise<void> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size < limitBytes) return;
  await copyFile(path, `${path}.1`);
  await truncate(path, 0);
}

/** Opens the log for a server to append to, and says where its part will begin. Close the handle after the spawn. */
export async function openLog(path: string) {
  const file = await open(path, "a", 0o600);
  const { size } = await file.stat();
  return { file, offset: size };
}

/** What the server has written since `offset`. */
export async function readLog(path: string, offset: number): Promise<string> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  return bytes.subarray(Math.min(offset, bytes.length)).toString("utf8").trim();
}

/** The last lines, for an error message. */
export function lastLines(text: string, count = 8): string {
  return text.split("\n").slice(-count).join("\n");
}
