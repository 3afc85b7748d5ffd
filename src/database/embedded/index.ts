// A real PostgreSQL from npm under `.copycat/`: loopback only, never without a password, shared by all commands.

// biome-ignore-start lint/performance/noBarrelFile: the face of this part of the room
export { startEmbedded } from "./start.ts";
export { statusEmbedded } from "./status.ts";
export { stopEmbedded } from "./stop.ts";
// biome-ignore-end lint/performance/noBarrelFile: the face of this part of the room
export type { EmbeddedOptions, EmbeddedServer, EmbeddedStatus, StartOptions } from "./types.ts";
