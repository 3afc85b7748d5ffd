// Options that all measurements have, and numbers among them.

export const serverOptions = {
  dsn: { type: "string" },
  server: { type: "string" },
  set: { type: "string", multiple: true },
  rows: { type: "string" },
  rounds: { type: "string" },
  name: { type: "string" },
  out: { type: "string" },
} as const;

/** A whole number of at least 1. */
export function count(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new Error(`--${name} is a whole number of at least 1, not ${text}.`);
}

/** One of the words, or nothing. */
export function oneOf<Word extends string>(
  name: string,
  text: string | undefined,
  words: readonly Word[],
): Word | undefined {
  if (text === undefined) return undefined;
  const word = words.find((candidate) => candidate === text);
  if (word === undefined) throw new Error(`--${name} is ${words.join(" or ")}, not ${text}.`);
  return word;
}

/** `--set wal_level=replica --set ...`: settings of a server that is started here. */
export function settings(given: readonly string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (given ?? []).map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new Error(`--set takes NAME=VALUE, not ${text}.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
