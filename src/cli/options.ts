// Options that several commands share. Each has a sentence and an environment twin COPYCAT_...

import { InvalidArgumentError, Option } from "commander";

/**
 * An option whose environment twin is COPYCAT_ and its long name in capitals.
 *
 * @param otherwise what holds without it, for options whose default is no value: commander's help leaves these out
 */
export function option(flags: string, description: string, otherwise?: string): Option {
  const made = new Option(
    flags,
    otherwise === undefined ? description : `${description} (default: ${otherwise})`,
  );
  return made.env(`COPYCAT_${made.name().toUpperCase().replaceAll("-", "_")}`);
}

export const dsnOption = (): Option =>
  option(
    "--dsn <url>",
    "PostgreSQL connection string; else DATABASE_URL, else the embedded server under .copycat/",
  );

export const targetsOption = (): Option =>
  option(
    "--targets <file>",
    "several servers, each with its datasets, as this file names them",
    "one server, that of --dsn",
  ).conflicts("dsn");

export const jsonOption = (): Option => option("--json", "print one JSON document on stdout").default(false);

export const quietOption = (): Option => option("--quiet", "no progress and no notices").default(false);

/** Parses a length of time in seconds, fractions allowed, to milliseconds. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < 0 || value > maxSeconds || text.trim() === "") {
    throw new InvalidArgumentError(`expected a number of seconds from 0 to ${maxSeconds}`);
  }
  return value * 1000;
}

/** A day; timers of Node end at 24. */
const maxSeconds = 86_400;

/** Parses a whole number of at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || text.trim() === "") {
      throw new InvalidArgumentError(`expected a whole number of at least ${least}`);
    }
    return value;
  };
}
