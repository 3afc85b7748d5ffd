// The room's face: scans of a folder with rejects file and report.

export {
  checkScan,
  type ScanFolderOptions,
  type ScanFolderProgress,
  type ScanFolderReport,
  scanFolder,
} from "./scanFolder.ts";
