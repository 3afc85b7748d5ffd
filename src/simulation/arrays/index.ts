// Arrays of simulations: numpy's types, undefined values, ragged rows; from JSON values and back, and as bytes.

export { decodeArray, encodeArray, textDtype, textWidth } from "./bytes.ts";
export { checkEntityData, entityCount, rowPtrKeys } from "./checkEntityData.ts";
export { convertArray } from "./convert.ts";
export { type Dtype, dtypeOf, numberType, parseDtype } from "./dtype.ts";
export { type FromValuesOptions, fromValues, RefusedValue } from "./fromValues.ts";
export { type MinMax, minMax } from "./minMax.ts";
export { type Compression, leastPackedBytes, type Packed, pack, unpack } from "./pack.ts";
export { isRowPtr } from "./rowPtr.ts";
export { type EntityValue, toValues, type Value } from "./toValues.ts";
export { commonType, typeOf } from "./typeOf.ts";
export {
  undefinedBool,
  undefinedInt,
  undefinedMask,
  undefinedOf,
  undefinedTest,
  undefinedText,
} from "./undefined.ts";
