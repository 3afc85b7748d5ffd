// Results over time: the state of a group, an attribute or an entity over time, from whatever keeps the updates.

export { type BoundingBox, boundingBoxOf } from "./boundingBox.ts";
export type {
  AttributeOverview,
  DatasetOverview,
  GroupOverview,
  ResultDataset,
  SliceQuery,
  Window,
} from "./dataset.ts";
export { type EntitySeries, entityToJson, type Selector } from "./entity.ts";
export { type IdBlocks, idBlocks } from "./idIndex.ts";
export { openResults, type ResultsOptions, type SimulationResults } from "./openResults.ts";
export { rowSums } from "./raggedRows.ts";
export { type AttributeSeries, seriesToJson } from "./series.ts";
export { firstEntities, type GroupState, stateToJson } from "./state.ts";
export {
  makeTimeline,
  parseDate,
  type ResolvedTimeline,
  type Time,
  type TimelineOptions,
  timelineSpan,
  toDate,
  toTimestamp,
  toUnixSeconds,
} from "./timeline.ts";
export {
  type AttributeValues,
  type JsonArray,
  toJsonArray,
  toJsonValues,
  type ValuesOptions,
  valuesOf,
} from "./values.ts";
