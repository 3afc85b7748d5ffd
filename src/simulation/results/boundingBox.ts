// Where entities lie: the attributes geometry.x and geometry.y.

import { minMax } from "../arrays/index.ts";
import type { EntityData } from "../types.ts";

/** minX, minY, maxX, maxY. */
export type BoundingBox = [number, number, number, number];

interface Bounds {
  min: number | null;
  max: number | null;
}

/** Of the initial data, or of an update: over all groups. Null where nothing has a place. */
export function boundingBoxOf(data: EntityData): BoundingBox | null {
  const of = (attribute: string): Bounds[] =>
    [...data.values()].flatMap((group) => {
      const array = group.get(attribute);
      return array === undefined ? [] : [minMax(array)];
    });
  return boxOf(of("geometry.x"), of("geometry.y"));
}

export function boxOf(x: readonly Bounds[], y: readonly Bounds[]): BoundingBox | null {
  const numbers = (bounds: readonly Bounds[]): number[] =>
    bounds.flatMap(({ min, max }) => [min, max]).filter((value) => value !== null);
  const [xs, ys] = [numbers(x), numbers(y)];
  if (xs.length === 0 || ys.length === 0) return null;
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
