// Values of simulations as texts, for people.

import type { AttributeType, AttributeValues, EntityValue } from "../../../simulation/index.ts";
import { excerpt } from "../../excerpt.ts";

const longest = 40;

/** "-" for undefined. */
export function formatValue(value: EntityValue | undefined): string {
  if (value === null || value === undefined) return "-";
  if (Array.isArray(value)) {
    return excerpt(`[${value.map((part) => formatValue(part as EntityValue)).join(", ")}]`, longest);
  }
  // Seven digits are those of a float of 32 bits, and more than most models are good for.
  if (typeof value === "number")
    return String(Number.isInteger(value) ? value : Number(value.toPrecision(7)));
  return typeof value === "string" ? excerpt(value, longest) : String(value);
}

/** Single numbers stand to the right in tables; lists and names do not. */
export function isNumeric({ type, array, enumNames }: AttributeValues, asNames: boolean): boolean {
  if (array.rowPtr !== undefined || array.shape.length > 1 || (asNames && enumNames !== null)) return false;
  return type === "int" || type === "float";
}

/** "float", "int x 2" for pairs, "int, ragged". */
export function formatType(
  type: AttributeType | null,
  { isRagged, components }: { isRagged: boolean; components: readonly number[] },
): string {
  const name = [type ?? "undefined", ...components].join(" x ");
  return isRagged ? `${name}, ragged` : name;
}

/** In UTC, without milliseconds that are none. */
export function dateText(date: Date | undefined): string {
  return date?.toISOString().replace(".000Z", "Z") ?? "-";
}
