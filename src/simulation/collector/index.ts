// Collecting updates from a running simulation.

export { type Collected, type CollectorOptions, UpdateCollector } from "./collector.ts";
export type { DataMask } from "./mask.ts";
export { type CollectorTarget, makeTarget, type TargetOptions } from "./targets.ts";
