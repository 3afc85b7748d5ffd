// What `.ndignore` says: patterns as in a `.gitignore`, one a line.

import picomatch from "picomatch";

export interface IgnoreRule {
  /** The folder whose file says it, with a slash behind it; "" for the root. */
  base: string;
  /** `!` before a pattern: what an earlier one passed over is taken nevertheless. */
  isTaken: boolean;
  foldersOnly: boolean;
  matches(path: string): boolean;
}

/** No path is longer, so that nothing matches a longer pattern, of which the matcher would complain. */
const longestPath = 4096;

/**
 * @param base the folder that the file is in, relative to the root, as text; "" is the root
 * @returns none when the file is empty, or has comments alone
 */
export function parseIgnoreRules(text: string, base: string): IgnoreRule[] {
  return text.split("\n").flatMap((line) => {
    const whole = line.replace(/\r$/, "").replace(/(?<!\\) +$/, "");
    const isTaken = whole.startsWith("!");
    const pattern = whole.slice(isTaken ? 1 : 0);
    const glob = pattern.replace(/\/$/, "");
    if (glob === "" || glob.length > longestPath || whole.startsWith("#")) return [];
    return [
      {
        base: base === "" ? "" : `${base}/`,
        isTaken,
        foldersOnly: pattern.endsWith("/"),
        matches: matcherOf(glob),
      },
    ];
  });
}

/** A pattern with a slash in it begins at its folder; any other is one of names, at any depth. */
function matcherOf(glob: string): (path: string) => boolean {
  const isName = !glob.includes("/");
  // Neither brackets nor braces mean anything in these files.
  const plain = glob
    .replace(/^\//, "")
    .replace(/(?<!\\)[(){}|]/g, "\\$&")
    .replaceAll("[!", "[^");
  const matches = picomatch(plain, { dot: true, nonegate: true, noextglob: true, nobrace: true });
  return (path) => matches(isName ? path.slice(path.lastIndexOf("/") + 1) : path);
}

/**
 * Whether a file or folder is passed over: the last rule that matches says so.
 *
 * @param path relative to the root, as text
 * @param rules of all folders that it is in, from the root on
 */
export function isIgnored(path: string, isFolder: boolean, rules: readonly IgnoreRule[]): boolean {
  const last = rules.findLast(
    ({ base, foldersOnly, matches }) => (isFolder || !foldersOnly) && matches(path.slice(base.length)),
  );
  return last !== undefined && !last.isTaken;
}
