// What each layout makes of the files: which data sets are parameters, artifacts, shared axes, extra metadata.

import type { EntityGroups } from "./entityGroups.ts";
import { findParameterGroup, groupOf, isSingle } from "./parameterPlace.ts";
import type { Rows } from "./rows.ts";
import { emptySections, finish, isAxis, isNumericArray, named, problemsOf } from "./sectionParts.ts";
import { elementCount, tally } from "./tally.ts";
import type { DatasetFacts, FileFacts, Sections, Tallied } from "./types.ts";

/** One file is one entity. Files that do not look alike have no group of parameters, and no axes in common. */
export function describePerEntity(files: readonly FileFacts[], areAlike: boolean): Sections {
  const datasets = tally(files.map((file) => file.datasets));
  const arrays = arraysOf(datasets);
  const shared = areAlike ? arrays.filter((found) => isAxis(found, files.length)) : [];
  const group = areAlike ? findParameterGroup({ datasets, arrays, entities: files.length }) : null;
  const singles = without(datasets, arrays);
  const parameters = findParameters(files, singles, group);
  return finish({
    ...emptySections(files),
    layout: "per_entity",
    entities: files.length,
    entityWord: "file",
    of: files.length,
    parameters,
    ...named(without(arrays, shared), shared),
    extraMetadata: without(singles, parameters.found),
  });
}

function without(list: readonly Tallied[], taken: readonly Tallied[]): Tallied[] {
  const known = new Set(taken);
  return list.filter((found) => !known.has(found));
}

/** Programs that write every number as an array of one mean values: where most arrays are such, they are no arrays. */
function arraysOf(datasets: readonly Tallied[]): Tallied[] {
  const arrays = datasets.filter((found) => !isSingle(found));
  const longer = arrays.filter(({ shapes }) => shapes.some((shape) => elementCount(shape) !== 1));
  return longer.length > 0 && longer.length < arrays.length / 2 ? longer : arrays;
}

/** Single values at the root or in a group, else the attributes of the root. */
function findParameters(
  files: readonly FileFacts[],
  singles: readonly Tallied[],
  group: string | null,
): Sections["parameters"] {
  if (group !== null && group !== "/") {
    return { location: "group", group, found: singles.filter((found) => groupOf(found) === group) };
  }
  const atRoot = singles.filter((found) => isSingle(found) && groupOf(found) === "/");
  const attributes = tally(files.map((file) => file.attributes));
  return atRoot.length === 0 && attributes.length > 0
    ? { location: "root_attributes", group: null, found: attributes }
    : { location: "root_scalars", group: null, found: atRoot };
}

/** Each subgroup of one group is an entity. Paths are those below it. */
export function describeGrouped(files: readonly FileFacts[], groups: readonly EntityGroups[]): Sections {
  const entities = groups.flatMap((group) => [...group.entities.values()]);
  const datasets = tally(entities);
  const base = groups[0]?.base ?? "/";
  const outside = tally(files.map((file) => file.datasets.filter(({ path }) => !isBelow(path, base))));
  const shared = outside.filter(isNumericArray);
  // "params" is where the layout looks first.
  const arrays = datasets.filter((found) => !isSingle(found));
  const hasParams = datasets.some((found) => groupOf(found) === "/params");
  const group = hasParams
    ? "/params"
    : (findParameterGroup({ datasets, arrays, entities: entities.length }) ?? "/");
  const parameters = datasets.filter((found) => isSingle(found) && groupOf(found) === group);
  const rest = without(datasets, parameters);
  return finish({
    ...emptySections(files),
    layout: "grouped",
    entityGroup: base,
    entities: entities.length,
    entityWord: "group",
    of: entities.length,
    parameters: { location: "group_scalars", group: group === "/" ? null : group, found: parameters },
    ...named(
      rest.filter((found) => !isSingle(found)),
      shared,
    ),
    extraMetadata: rest.filter(isSingle),
    leftOut: [
      ...problemsOf(files),
      ...without(outside, shared).map(({ path, count }) => ({ path, count, reason: "not below an entity" })),
    ],
  });
}

/** Row i of every data set belongs to entity i. Shapes are those of a row. */
export function describeBatched(files: readonly FileFacts[], found: readonly Rows[]): Sections {
  const axes = pathsWithoutRows(files, found);
  const rows = tally(
    files.map(({ datasets }) =>
      datasets
        .filter(({ path }) => !axes.has(path))
        .map((facts) => ({ ...facts, shape: facts.shape.slice(1) })),
    ),
  );
  const whole = tally(files.map(({ datasets }) => datasets.filter(({ path }) => axes.has(path))));
  const group = found[0]?.group ?? "/";
  const columns = rows.filter(isSingle);
  return finish({
    ...emptySections(files),
    layout: "batched",
    entities: found.reduce((sum, file) => sum + file.rows, 0),
    entityWord: "row",
    of: files.length,
    parameters: {
      location: group === "/" ? "root_scalars" : "group",
      group: group === "/" ? null : group,
      found: columns.filter((column) => groupOf(column) === group),
    },
    ...named(
      rows.filter((row) => !isSingle(row)),
      whole.filter(isNumericArray),
    ),
    extraMetadata: columns.filter((column) => groupOf(column) !== group),
    leftOut: [
      ...problemsOf(files),
      ...whole
        .filter((found) => !isNumericArray(found))
        .map(({ path, count }) => ({ path, count, reason: "no column of the rows" })),
    ],
  });
}

/** An axis may by chance be as long as there are rows in one file; it is not in all of them. */
function pathsWithoutRows(files: readonly FileFacts[], found: readonly Rows[]): Set<string> {
  const lacking = ({ datasets }: FileFacts, index: number): DatasetFacts[] =>
    datasets.filter(({ shape }) => shape[0] !== found[index]?.rows);
  return new Set(files.flatMap(lacking).map(({ path }) => path));
}

function isBelow(path: string, base: string): boolean {
  const below = base === "/" ? path.slice(1) : path.slice(base.length + 1);
  return (base === "/" || path.startsWith(`${base}/`)) && below.includes("/");
}
