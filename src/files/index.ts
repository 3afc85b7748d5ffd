// The room's face: bytes, lines and JSON text. Knows no meaning of either.

export { explainJsonMistake, type JsonMistake, jsonErrorReason } from "./jsonMistake.ts";
export { isDeeperThan, itemTexts, memberTexts, stringEnd } from "./jsonSpans.ts";
export { LinePlaces } from "./linePlaces.ts";
export { openBytes, sourceName, unpackGzip } from "./openBytes.ts";
export {
  decodeUtf8,
  defaultMaxLineBytes,
  type LineOptions,
  readTextLines,
  type TextLine,
  textLinesOf,
  withoutByteOrderMark,
} from "./readTextLines.ts";
export {
  checkRejectsFile,
  isRejectLine,
  type RejectLine,
  RejectsFile,
  type RejectsFileOptions,
  rejectLine,
} from "./rejectsFile.ts";
export { type ByteLine, splitLines } from "./splitLines.ts";
export { type FrameCosts, ZstdFrames } from "./zstdFrames.ts";
