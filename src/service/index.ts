// The room's face: the service. It brings its HTTP server along, so that nothing but `serve` loads it.

export { type RunningService, startService } from "./service.ts";
export { defaultSettings, type LogLine, type ServiceOptions, type ServiceSettings } from "./settings.ts";
export { startTargetsService, type TargetsServiceOptions } from "./startTargets.ts";
