// What the sections of all layouts have in common.

import { elementCount } from "./tally.ts";
import { nameTypes } from "./typeNames.ts";
import type { FileFacts, LeftOut, Sections, Tallied, TypedFinding } from "./types.ts";

export function emptySections(
  files: readonly FileFacts[],
): Pick<Sections, "entityGroup" | "leftOut" | "unsure" | "parameters"> {
  return {
    entityGroup: null,
    parameters: { location: "root_scalars", group: null, found: [] },
    leftOut: problemsOf(files),
    unsure: files.some(({ isWhole }) => !isWhole)
      ? ["a file holds more than was looked at; what comes later in it may be different"]
      : [],
  };
}

/** The same numbers in every one of several files: an axis, not a measurement. */
export function isAxis(found: Tallied, files: number): boolean {
  return files > 1 && found.isSame && found.count === files && found.low !== null && isNumericArray(found);
}

export function isNumericArray({ dataTypes, shapes }: Tallied): boolean {
  return !dataTypes.includes("text") && elementCount(shapes[0] ?? []) > 1;
}

/** Keys are unique over artifacts and shared axes together. */
export function named(
  artifacts: readonly Tallied[],
  shared: readonly Tallied[],
): { artifacts: TypedFinding[]; shared: TypedFinding[] } {
  const types = nameTypes([...artifacts, ...shared].map(({ path }) => path));
  const withType = (found: Tallied, index: number): TypedFinding => ({ type: types[index] ?? "", ...found });
  return {
    artifacts: artifacts.map((found, index) => withType(found, index)),
    shared: shared.map((found, index) => withType(found, artifacts.length + index)),
  };
}

export function problemsOf(files: readonly FileFacts[]): LeftOut[] {
  const found = new Map<string, LeftOut>();
  for (const { path, reason } of files.flatMap(({ problems }) => problems)) {
    const known = found.get(path);
    if (known === undefined) found.set(path, { path, reason, count: 1 });
    else known.count += 1;
  }
  return [...found.values()];
}

/** A description names one artifact at least: where there is no array, a single value has to be one. */
export function finish(sections: Sections): Sections {
  if (sections.artifacts.length > 0) return sections;
  const { parameters, extraMetadata } = sections;
  const singles = parameters.location === "root_attributes" ? [] : parameters.found;
  const [first] = [...extraMetadata, ...singles].sort(
    (a, b) => Number(b.low !== null) - Number(a.low !== null) || b.count - a.count,
  );
  if (first === undefined) return sections;
  return {
    ...sections,
    ...named([first], sections.shared),
    unsure: [
      ...sections.unsure,
      "there is no array; a description names one artifact at least, so a single value is one",
    ],
  };
}
