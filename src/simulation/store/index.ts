// The store of simulations in PostgreSQL.

export type { UpdateInput } from "./checkUpdate.ts";
export type { Updates } from "./collectBatches.ts";
export type { InitialOutcome, StoreInitialOptions } from "./initialDatasets.ts";
export { type DatasetContents, listContents, type ScenarioContents } from "./listContents.ts";
export { type OpenStoreOptions, openSimulationStore } from "./openStore.ts";
export {
  deleteScenario,
  listScenarios,
  type ScenarioFacts,
  type SchemaOption,
  type Timeline,
} from "./scenarios.ts";
export { SimulationStore } from "./simulationStore.ts";
export type { StoredOutcome } from "./storeUpdate.ts";
export type { StoreProgress, StoreReport, StoreUpdatesOptions } from "./storeUpdates.ts";
export type { AttributeSummary, DatasetSummary } from "./summarize.ts";
export { defaultScenario, defaultSchema } from "./tables.ts";
