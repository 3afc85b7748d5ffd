// copycat serve: the service for programs that push, and its keys.

import type { Command } from "commander";
import { addKeysCommand } from "./serve/keys.ts";
import { addStartCommand } from "./serve/start.ts";

const notes = `
Without a command: start, whose options \`copycat serve start --help\` lists.

Examples:
  copycat serve                                          for this machine only, on port 8787
  copycat serve keys add beamline --scope write          prints a key, once
  copycat serve --host 0.0.0.0 --roots /data             for all who have a key
  curl --data-binary @nodes.ndjson -H 'content-type: application/x-ndjson' http://localhost:8787/v1/ingest`;

export function addServeCommand(program: Command): void {
  const serve = program
    .command("serve")
    .description("Serve loads, runs and searches over HTTP, to programs that push.")
    .addHelpText("after", notes);
  addStartCommand(serve);
  addKeysCommand(serve);
}
