// numpy's .npy files (numpy/lib/_format_impl.py), byte for byte as `numpy.save` writes them.

import { CopycatError } from "../../errors.ts";
import { dataTypeName, type FieldOffsets, structFields, typeCode } from "../../hdf5/index.ts";
import type { CatalogArray } from "./types.ts";

type DataType = CatalogArray["dataType"];

const alignment = 64;
/** numpy leaves room for an axis that grows to so many digits. */
const growthDigits = 21;

/**
 * The header of an array, magic bytes included; its elements follow as they are, in the byte order of the file.
 * Version 1.0, 2.0 where the text is longer than 64 KiB, 3.0 where a field's name is not Latin-1.
 *
 * @throws CopycatError USAGE for compounds whose fields overlap or are out of order
 */
export function npyHeader(array: Pick<CatalogArray, "path" | "shape" | "dataType" | "offsets">): Buffer {
  const { shape } = array;
  const tuple = `(${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
  const spare = shape.length === 0 ? 0 : Math.max(0, growthDigits - String(shape[0]).length);
  const text = `{'descr': ${descr(array)}, 'fortran_order': False, 'shape': ${tuple}, }${" ".repeat(spare)}`;
  const isLatin1 = Buffer.from(text, "latin1").toString("latin1") === text;
  const body = Buffer.from(text, isLatin1 ? "latin1" : "utf8");
  const isShort = isLatin1 && padded(body.length, 10) - 10 < 65_536;
  const prefixBytes = isShort ? 10 : 12;
  const total = padded(body.length, prefixBytes);
  const header = Buffer.alloc(total, " ");
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, isShort ? 1 : isLatin1 ? 2 : 3, 0]);
  if (isShort) header.writeUInt16LE(total - prefixBytes, 8);
  else header.writeUInt32LE(total - prefixBytes, 8);
  header.set(body, prefixBytes);
  header[total - 1] = 0x0a;
  return header;
}

/** With the newline at the end, up to the next multiple of 64; numpy adds 64 where it is one already. */
function padded(bodyBytes: number, prefixBytes: number): number {
  const bytes = prefixBytes + bodyBytes + 1;
  return bytes + alignment - (bytes % alignment);
}

function descr({ path, dataType, offsets }: Pick<CatalogArray, "path" | "dataType" | "offsets">): string {
  const text = typeDescr(dataType, offsets);
  if (text !== null) return text;
  throw new CopycatError(
    "USAGE",
    `${path} is of the type ${dataTypeName(dataType)}, whose fields overlap; a .npy file cannot say that. Write it as json.`,
  );
}

/** Python's notation; gaps between fields are fields without a name, as numpy writes them. Null when it cannot be said. */
function typeDescr(dataType: DataType, offsets?: FieldOffsets | null): string | null {
  if (!("fields" in dataType)) return `'${typeCode(dataType)}'`;
  const parts: string[] = [];
  let end = 0;
  for (const { name, offset, shape, dataType: type, inner } of structFields(dataType, offsets)) {
    const own = typeDescr(type, inner);
    if (offset < end || own === null) return null;
    if (offset > end) parts.push(`('', '|V${offset - end}')`);
    const dimensions = shape.length === 0 ? "" : `, (${shape.join(", ")}${shape.length === 1 ? "," : ""})`;
    parts.push(`(${pythonString(name)}, ${own}${dimensions})`);
    end = offset + type.itemsize * shape.reduce((product, length) => product * length, 1);
  }
  if (end > dataType.itemsize) return null;
  if (end < dataType.itemsize) parts.push(`('', '|V${dataType.itemsize - end}')`);
  return `[${parts.join(", ")}]`;
}

/** As Python's repr: in double quotes where it holds a single one and no double one. */
function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  let escaped = "";
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === quote || character === "\\") escaped += `\\${character}`;
    else if (code < 32 || (code > 126 && code < 161)) escaped += `\\x${code.toString(16).padStart(2, "0")}`;
    else escaped += character;
  }
  return `${quote}${escaped}${quote}`;
}
