// Settings of loads as who sends them over HTTP gives them: parameters of the query.

import type { NameSetting } from "../wording.ts";
import { loadParameters } from "./schemas/loads.ts";

/** `policy: "skip"` -> `on_conflict=skip`, `maxRejects` -> `max_rejects`; null for what no load takes over HTTP. */
export const inQueries: NameSetting = ({ option, value }) => {
  const parameter = option === "policy" ? "on_conflict" : toSnakeCase(option);
  if (!loadParameters.has(parameter)) return null;
  return value === undefined ? parameter : `${parameter}=${value}`;
};

function toSnakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
