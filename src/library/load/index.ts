// The room's face: scans of a folder with rejects file and report.

export { absoluteFolder } from "./absoluteFolder.ts";
export { type LoadFilesOptions, type LoadFilesReport, loadLibraryFiles } from "./loadFiles.ts";
export {
  checkScan,
  type ScanFolderOptions,
  type ScanFolderProgress,
  type ScanFolderReport,
  scanFolder,
} from "./scanFolder.ts";
