// An attribute over time as a plot: one entity as a line, several as a map with a row each.

import { CopycatError } from "../../../errors.ts";
import {
  type AttributeSeries,
  type AttributeValues,
  type EntityValue,
  rowSums,
  valuesOf,
} from "../../../simulation/index.ts";
import { plotLine } from "../../plotLine.ts";
import { plotMap } from "../../plotMap.ts";
import type { Canvas } from "../../plotScale.ts";
import { dateText } from "./format.ts";

/** Steps of time that are told apart: many more than a terminal has columns, so that a short change is seen. */
const mostSteps = 20_000;
/** Fewer would be joined by slopes, where values hold and then change at once. */
const leastSteps = 500;

/**
 * Time runs evenly along the plot, and a value holds until the next one. Of ragged rows the sums are drawn; special values
 * leave gaps, as undefined ones do.
 *
 * @throws CopycatError USAGE for texts, and for values with several components
 */
export function plotSeries(series: AttributeSeries, canvas: Canvas): string {
  const { timestamps, dates, ids, data } = series;
  const rows = data.map((values) => numbersOf(values, series.attribute));
  const [first = 0, last = 0] = [timestamps[0], timestamps.at(-1)];
  const steps = evenSteps(timestamps);
  const ends = dates === null ? [String(first), String(last)] : [dates[0], dates.at(-1)].map(dateText);
  const columnEnds = [ends[0] ?? "", ends[1] ?? ""] as const;
  const valuesOfEntity = (place: number): number[] => steps.map((time) => rows[time]?.[place] ?? Number.NaN);
  if (ids.length === 1) return plotLine(valuesOfEntity(0), canvas.width, columnEnds);
  const values = Float64Array.from(ids.flatMap((_id, place) => valuesOfEntity(place)));
  const rowEnds = [String(ids[0] ?? ""), String(ids.at(-1) ?? "")] as const;
  return plotMap({ values, rows: ids.length, columns: steps.length, rowEnds, columnEnds }, canvas);
}

/** For each step of even length the index of the timestamp that holds then. */
function evenSteps(timestamps: readonly number[]): number[] {
  const [first = 0, last = 0] = [timestamps[0], timestamps.at(-1)];
  const gaps = timestamps.slice(1).map((time, index) => time - (timestamps[index] ?? time));
  const exact = (last - first) / gaps.reduce(greatestDivisor, 0);
  const count = first === last ? 0 : Math.min(mostSteps, exact * Math.ceil(leastSteps / exact));
  let index = 0;
  return Array.from({ length: count + 1 }, (_, step) => {
    const time = first + ((last - first) * step) / Math.max(1, count);
    while ((timestamps[index + 1] ?? Number.POSITIVE_INFINITY) <= time) index++;
    return index;
  });
}

function greatestDivisor(a: number, b: number): number {
  let [large, small] = [a, b];
  while (small !== 0) [large, small] = [small, large % small];
  return large;
}

function numbersOf(values: AttributeValues, attribute: string): number[] {
  if (values.type === "str") throw refuse(`${attribute} is made of texts, which no plot shows`);
  if (values.array.rowPtr !== undefined) return rowSums(values.array);
  if (values.array.shape.length > 1) {
    throw refuse(
      `${attribute} has ${values.array.shape.slice(1).join(" x ")} components, and a plot shows one value`,
    );
  }
  const isShown = (value: EntityValue): boolean => value !== null && value !== values.special;
  return valuesOf(values).map((value) => (isShown(value) ? Number(value) : Number.NaN));
}

function refuse(what: string): CopycatError {
  return new CopycatError("USAGE", `${what}. Leave --plot out to see its values.`);
}
