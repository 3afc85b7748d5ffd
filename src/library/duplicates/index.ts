// Which files are there twice: checks of files, groups of a library, folders that are to be imported.

export { type CheckOptions, DuplicateChecker } from "./checker.ts";
export type { DuplicateGroup } from "./describeGroup.ts";
export { findDuplicates, type GroupBy, type GroupOptions, groupKinds } from "./groups.ts";
export type { MatchOptions } from "./match.ts";
export {
  type CheckedFile,
  certainFrom,
  haveSameBytes,
  isCertain,
  isUncertain,
  makeDuplicateResult,
  uncertainFrom,
  type Verdict,
  verdictOf,
} from "./result.ts";
export type { CheckInput, ReadOptions } from "./subjects.ts";
export { type VetOptions, vetFolder } from "./vet.ts";
export { percentOf, type VetReport, type VettedFile } from "./vetReport.ts";
