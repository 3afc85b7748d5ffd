// Single elements as text: for tables and CSV as numpy and Python write them, for JSON exactly.

import {
  type Complex,
  type DataType,
  type ElementReader,
  type FieldOffsets,
  type ScalarDataType,
  type ScalarValue,
  scalarReader,
  structFields,
} from "../../hdf5/index.ts";
import {
  arrayToJson,
  asJsonText,
  floatToJson,
  integerToJson,
  type JsonText,
  objectToJson,
  stringToJson,
} from "../../json.ts";

/** "1.0", "-3", "nan", "True", "1.0+2.0j"; text as it is, opaque bytes in hexadecimal. */
export function scalarText(dataType: ScalarDataType): ElementReader<string> {
  const read = scalarReader(dataType);
  const { kind, itemsize } = dataType;
  switch (kind) {
    case "f":
      if (itemsize > 8) break;
      return (view, offset) => floatText(read(view, offset) as number, itemsize);
    case "c":
      if (itemsize > 16) break;
      return (view, offset) => {
        const { re, im } = read(view, offset) as Complex;
        const imaginary = floatText(im, itemsize / 2);
        return `${floatText(re, itemsize / 2)}${imaginary.startsWith("-") ? "" : "+"}${imaginary}j`;
      };
    case "b":
      return (view, offset) => (read(view, offset) ? "True" : "False");
  }
  return (view, offset) => plainText(read(view, offset));
}

function plainText(value: ScalarValue): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

/** As Python's repr: the shortest digits that give the same number in its own width. */
export function floatText(value: number, itemsize: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const text = String(itemsize < 8 ? shortened(value) : value);
  return Number.isInteger(value) && !text.includes("e") ? `${text}.0` : text;
}

/** The number with the fewest digits that rounds to the same single: 0.1 and not 0.10000000149011612. */
function shortened(value: number): number {
  // Below the least normal single there are fewer digits than six.
  for (let digits = Math.abs(value) < 2 ** -126 ? 1 : 6; digits <= 9; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return value;
}

/** JSON has no NaN and no infinities: they become null. Complex numbers are pairs, opaque bytes hexadecimal. */
export function elementJson(dataType: DataType, offsets?: FieldOffsets | null): ElementReader<JsonText> {
  if (!("fields" in dataType)) return scalarJson(dataType);
  const fields = structFields(dataType, offsets).map((field) => ({
    ...field,
    json: elementJson(field.dataType, field.inner),
  }));
  return (view, offset) =>
    objectToJson(
      fields.map(({ name, shape, dataType: { itemsize }, offset: at, json }) => {
        let position = offset + at;
        const next = (): JsonText => {
          const text = json(view, position);
          position += itemsize;
          return text;
        };
        return [name, nestJson(shape, next)] as const;
      }),
    );
}

function nestJson(shape: readonly number[], next: () => JsonText): JsonText {
  const [length, ...rest] = shape;
  return length === undefined ? next() : arrayToJson(Array.from({ length }, () => nestJson(rest, next)));
}

function scalarJson(dataType: ScalarDataType): ElementReader<JsonText> {
  const read = scalarReader(dataType);
  const { itemsize } = dataType;
  return (view, offset) => {
    const value = read(view, offset);
    switch (typeof value) {
      case "number":
        return dataType.kind === "f" ? floatJson(value, itemsize) : integerToJson(value);
      case "bigint":
        return integerToJson(value);
      case "boolean":
        return asJsonText(String(value));
      case "string":
        return stringToJson(value);
      default:
        if (value instanceof Uint8Array) return stringToJson(Buffer.from(value).toString("hex"));
        return arrayToJson([floatJson(value.re, itemsize / 2), floatJson(value.im, itemsize / 2)]);
    }
  };
}

function floatJson(value: number, itemsize: number): JsonText {
  return floatToJson(itemsize < 8 && Number.isFinite(value) ? shortened(value) : value);
}
