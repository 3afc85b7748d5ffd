// Which target each input goes to.

import { parse } from "node:path";
import { CopycatError } from "../errors.ts";
import { checkRejectsFile } from "../files/index.ts";
import {
  checkGroups,
  type IngestAllOptions,
  type InputGroup,
  listDatasets,
  nameGroup,
  requireOne,
} from "../ingest/index.ts";
import { setting, words } from "../wording.ts";
import { homeOf, targetOf } from "./route.ts";
import type { Target, Targets } from "./types.ts";

interface RouteOptions extends Omit<IngestAllOptions, "onProgress" | "onResult"> {
  /** Told now and then how many node records of an input were looked at: whose they are takes as long as reading all. */
  onRecords?: (input: string, records: number) => void;
}

/** Inputs that go in together, and where to; null where nobody knows, which `error` says why. */
export interface RoutedGroup extends InputGroup {
  target: Target | null;
  /** Keys of what it fills, as far as its inputs could be looked into. */
  datasets: readonly string[];
}

/**
 * As `checkGroups`, and finds the target of each group by the datasets of its inputs. Files that follow each other and go to
 * several targets are a group each. Node records are read once for it: only they say which datasets they are of.
 *
 * @returns groups of which at least one can be taken, in the order of the inputs
 * @throws CopycatError UNREADABLE_SOURCE, INVALID_INPUT or USAGE when none can be
 */
export async function routeGroups(
  targets: Targets,
  { rejectsFile, ...options }: RouteOptions,
): Promise<RoutedGroup[]> {
  const routed: RoutedGroup[] = [];
  for (const group of await checkGroups(options)) routed.push(...(await routeGroup(targets, group, options)));
  requireOne(routed);
  for (const { target } of routed) {
    const own = target === null ? undefined : rejectsFileOf(target, rejectsFile);
    if (own !== undefined) await checkRejectsFile(own, options.inputs);
  }
  return routed;
}

/** Targets are filled side by side, and a file can be written by one: `all.ndjson` is `all.east.ndjson` for `east`. */
export function rejectsFileOf({ name }: Target, path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  const { base, name: stem, ext } = parse(path);
  return `${path.slice(0, path.length - base.length)}${stem}.${name}${ext}`;
}

interface Part {
  inputs: string[];
  datasets: string[];
}

async function routeGroup(
  targets: Targets,
  group: InputGroup,
  options: RouteOptions,
): Promise<RoutedGroup[]> {
  if (group.error !== null) return [{ ...group, target: null, datasets: [] }];
  const parts = new Map<Target, Part>();
  const refused: RoutedGroup[] = [];
  for (const input of group.inputs) {
    try {
      const datasets = await listDatasets(input, options, (records) => options.onRecords?.(input, records));
      const target = targetOfAll(targets, input, datasets);
      const part = parts.get(target) ?? { inputs: [], datasets: [] };
      part.inputs.push(input);
      part.datasets.push(...datasets);
      parts.set(target, part);
    } catch (error) {
      refused.push({ inputs: [input], name: input, error, target: null, datasets: [] });
    }
  }
  const taken = Array.from(parts, ([target, { inputs, datasets }]): RoutedGroup => {
    const name = inputs.length === group.inputs.length ? group.name : nameGroup(datasets);
    return { inputs, name, error: null, target, datasets };
  });
  return [...taken, ...refused];
}

/** What is all of one input goes to one target: it is one transaction. */
function targetOfAll(targets: Targets, input: string, datasets: readonly string[]): Target {
  // No line could be taken. Wherever it goes, its rejects are listed.
  const [first = null] = datasets;
  if (first === null) return homeOf(targets);
  const target = targetOf(targets, first);
  const other = datasets.find((dataset) => targetOf(targets, dataset) !== target);
  if (other === undefined) return target;
  throw new CopycatError(
    "USAGE",
    words(
      `${input} holds nodes for several targets: ${first} goes to ${target.name}, ${other} to ` +
        `${targetOf(targets, other).name}. Split it into a file for each, or name one server for all of it with `,
      setting("dsn"),
      ".",
    ),
  );
}
