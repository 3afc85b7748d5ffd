// better-sqlite3, where it is: npm builds it where there is no binary for a machine, which takes a compiler.

import type Database from "better-sqlite3";

/** Why it cannot be used; null when it can. */
export async function missingSqlite(): Promise<string | null> {
  try {
    (await openSqlite(":memory:")).close();
    return null;
  } catch (error) {
    return `better-sqlite3 is not there or does not run (${(error as Error).message.split("\n")[0]}); npm builds it with a C++ compiler.`;
  }
}

export async function openSqlite(path: string): Promise<Database.Database> {
  const { default: Sqlite } = await import("better-sqlite3");
  return new Sqlite(path);
}
