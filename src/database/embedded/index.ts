// A real PostgreSQL from npm under `.copycat/`: loopback only, never without a password, shared by all commands.

export { startEmbedded } from "./start.ts";
export { statusEmbedded } from "./status.ts";
export { stopEmbedded } from "./stop.ts";
export type { EmbeddedOptions, EmbeddedServer, EmbeddedStatus, StartOptions } from "./types.ts";
