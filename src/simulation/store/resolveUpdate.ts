// A checked update against what the store knows of its attributes.

import { CopycatError } from "../../errors.ts";
import { commonType } from "../arrays/index.ts";
import type { AttributeType, SimulationArray } from "../types.ts";
import type { CheckedArray } from "./checkUpdate.ts";
import type { AttributeEntry, Dictionary, Names } from "./dictionary.ts";

interface Lesson {
  entry: AttributeEntry;
  type: AttributeType | null;
  isRagged: boolean;
  components: number | null;
}

/** The names that an update needs; a group without attributes, and a dataset without groups, among them. */
export function namesOf(dataset: string, arrays: readonly CheckedArray[]): Names[] {
  return arrays.length === 0
    ? [{ dataset }]
    : arrays.map(({ group, attribute }) => ({ dataset, group, attribute }));
}

/**
 * Gives arrays the numbers of their attributes. Attributes learn their type from the first array that has one: the entries change, and are added to `learnt`. Of an
 * update that is refused they learn nothing.
 *
 * @throws CopycatError INVALID_INPUT when an array is not of its attribute's type
 */
export function resolveArrays(
  dictionary: Dictionary,
  dataset: string,
  arrays: readonly CheckedArray[],
  learnt: Set<AttributeEntry>,
): void {
  const lessons: Lesson[] = [];
  for (const array of arrays) {
    const entry = dictionary.attribute(dataset, array.group, array.attribute);
    if (entry === undefined) {
      throw new CopycatError("INTERNAL", `${array.group}.${array.attribute} of ${dataset} has no number.`);
    }
    const lesson = compare(entry, array, dataset);
    if (lesson !== null) lessons.push(lesson);
    array.attributeId = entry.id;
  }
  for (const { entry, type, isRagged, components } of lessons) {
    entry.type = type;
    entry.isRagged = isRagged;
    entry.components = components;
    learnt.add(entry);
  }
}

function compare(entry: AttributeEntry, { array, facts }: CheckedArray, dataset: string): Lesson | null {
  const { type } = facts;
  const isRagged = array.rowPtr !== undefined;
  // A column of nulls says nothing; rows, be they empty, say that there are rows.
  if (type === null && !isRagged) return null;
  const common = commonType(entry.type, type);
  // A row of one undefined element may be one of several components.
  const components = type === null ? entry.components : componentsOf(array);
  const place = `${entry.group.name}.${entry.name} of the dataset "${dataset}"`;
  if (common === undefined) {
    throw refuse(`${place} holds ${nameOf(entry.type)}; these values are ${nameOf(type)}`);
  }
  if (entry.isRagged !== null && entry.isRagged !== isRagged) {
    throw refuse(
      `${place} ${entry.isRagged ? "has rows of any length" : "has no rows"}; these values ${isRagged ? "have" : "have not"}`,
    );
  }
  if (entry.components !== null && entry.components !== components) {
    throw refuse(
      `${place} has ${entry.components} components in each value; these values have ${components}`,
    );
  }
  const isKnown = entry.type === common && entry.isRagged !== null && entry.components === components;
  return isKnown ? null : { entry, type: common, isRagged, components };
}

function componentsOf({ shape }: SimulationArray): number {
  let components = 1;
  for (let axis = 1; axis < shape.length; axis++) components *= shape[axis] as number;
  return components;
}

const nameOf = (type: AttributeType | null): string => (type === null ? "nothing" : names[type]);

const names: Record<AttributeType, string> = {
  bool: "true and false",
  int: "whole numbers",
  float: "numbers",
  str: "texts",
};

function refuse(what: string): CopycatError {
  return new CopycatError("INVALID_INPUT", `${what}.`);
}
