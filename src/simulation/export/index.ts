// Simulations as files that other programs read.

export { exportSimulation } from "./exportSimulation.ts";
export {
  type ExportFilter,
  type ExportFormat,
  type ExportOptions,
  type ExportProgress,
  type ExportReport,
  exportFormats,
  type StateChoice,
  stateChoices,
} from "./types.ts";
