// Settings as options of the command line.

import { shellWord } from "../catalog/promoted/target.ts";
import type { NameSetting } from "../wording.ts";

/** Options whose name is not that of the setting. */
const names: Readonly<Record<string, string>> = {
  policy: "on-conflict",
  rejectsFile: "rejects",
  saveHistory: "history",
};

/** `policy: "skip"` -> `--on-conflict skip`, `allowEmpty: true` -> `--allow-empty`, `saveHistory: false` -> `--no-history` */
export const inOptions: NameSetting = ({ option, value }) => {
  const name = names[option] ?? option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  if (value === false) return `--no-${name}`;
  return typeof value === "string" ? `--${name} ${shellWord(value)}` : `--${name}`;
};
