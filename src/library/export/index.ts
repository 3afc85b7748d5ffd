// The room's face: files as records for other programs.

export {
  type CsvOptions,
  csvHeader,
  csvLine,
  type ExportFormat,
  exportFormats,
  fileJson,
  fileLines,
} from "./fileText.ts";
