// copycat db: the embedded server.

import { resolve } from "node:path";
import type { Command } from "commander";
import { startEmbedded, statusEmbedded, stopEmbedded } from "../../database/embedded/index.ts";
import { embeddedFolderName } from "../../database/index.ts";
import { CopycatError } from "../../errors.ts";
import { jsonOption } from "../options.ts";
import { printJson, printNotice, printResult } from "../output.ts";

const folder = (): string => resolve(process.cwd(), embeddedFolderName);
const log = { notice: printNotice };

export function addDbCommand(program: Command): void {
  const db = program
    .command("db")
    .description("The embedded PostgreSQL of the current folder: start, stop, status, dsn.");
  db.command("start")
    .description("Start it if it does not run.")
    .addOption(jsonOption())
    .action(async ({ json }: { json: boolean }) => {
      const server = await startEmbedded({ folder: folder(), log });
      if (json) {
        printJson(server);
        return;
      }
      printResult(
        `${server.started ? "Started" : "Running already"} on port ${server.port} (pid ${server.pid}).`,
      );
    });
  db.command("stop")
    .description("Stop it; the data stays.")
    .addOption(jsonOption())
    .action(async ({ json }: { json: boolean }) => {
      const stopped = await stopEmbedded({ folder: folder(), log });
      if (json) printJson(stopped);
      else printResult(stopped.wasRunning ? "Stopped." : "It was not running.");
    });
  db.command("status")
    .description("Does it run, where, and which version.")
    .addOption(jsonOption())
    .action(async ({ json }: { json: boolean }) => {
      const status = await statusEmbedded({ folder: folder() });
      if (json) {
        printJson(status);
        return;
      }
      printResult(
        status.state === "running"
          ? `PostgreSQL ${status.version} is running on port ${status.port} (pid ${status.pid}), data in ${status.dataFolder}`
          : status.state === "stopped"
            ? `PostgreSQL ${status.version} is stopped, data in ${status.dataFolder}`
            : `There is none yet in ${folder()}; it is made when a command needs it.`,
      );
    });
  db.command("dsn")
    .description("Print the connection string, with its password. Starts nothing.")
    .addOption(jsonOption())
    .action(async ({ json }: { json: boolean }) => {
      const status = await statusEmbedded({ folder: folder() });
      if (status.state !== "running") {
        throw new CopycatError(
          "CONNECTION",
          "The embedded PostgreSQL is not running. Start it: copycat db start",
        );
      }
      if (json) printJson({ dsn: status.dsn });
      else printResult(status.dsn);
    });
}
