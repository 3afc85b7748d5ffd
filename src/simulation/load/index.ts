// From a path into a store.

export type { LoadCounts } from "./counts.ts";
export type { LoadProgress as SimulationLoadProgress } from "./loadJob.ts";
export {
  checkLoad,
  defaultCommitEvery,
  type LoadSimulationOptions,
  type LoadSimulationReport,
  loadSimulation,
} from "./loadSimulation.ts";
