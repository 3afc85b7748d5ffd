// copycat serve: listens until it is told to stop.

import { delimiter } from "node:path";
import type { Command, Option } from "commander";
import { openDatabase } from "../../../database/index.ts";
import type { RunningService, ServiceOptions } from "../../../service/index.ts";
import { readTargets, type Targets } from "../../../targets/index.ts";
import { exitCodes } from "../../exitCodes.ts";
import { targetsArgument } from "../../openTargets.ts";
import { dsnOption, option, quietOption, seconds, targetsOption, wholeNumber } from "../../options.ts";
import { makeLog, printNotice, printResult } from "../../output.ts";
import { stopOnSignals } from "../../signals.ts";
import { withDatabase } from "../../withDatabase.ts";

interface StartFlags {
  dsn?: string;
  targets?: string;
  host: string;
  port: number;
  maxBodyBytes: number;
  maxLoads: number;
  concurrency: number;
  rate: number;
  roots?: string[];
  grace: number;
  quiet: boolean;
}

const notes = `
Without any key in the database it answers this machine only; on another --host it does not start without one
(copycat serve keys add NAME --scope write). Keys travel as they are: put a proxy with TLS before it where others listen.

Loads wait in one queue; who finds it full is told to come later (429). SIGTERM or Ctrl-C takes no more, finishes what runs
within --grace, and else rolls it back; a second one rolls it back at once.

With --targets the node records of a request go to the server of their dataset, whose loads have a queue of their own, and
searches and runs are of all servers. A server that is down fails what is for it. Keys, memory, simulation and library are
on the default server, or the first one.

Stdout says where it listens; stderr has the log, one JSON object a line. docs/service.md tells the rest.

Exit codes: 0 told to stop; 1 failed; 2 wrong usage.`;

/** As `option`, with a twin that says whose it is: COPYCAT_PORT might be anybody's. */
function own(flags: string, description: string, otherwise?: string): Option {
  const made = option(flags, description, otherwise);
  return made.env(`COPYCAT_SERVE_${made.name().toUpperCase().replaceAll("-", "_")}`);
}

export function addStartCommand(serve: Command): void {
  serve
    .command("start", { isDefault: true })
    .description("Start the service; it ends when it is told to.")
    .addOption(own("--host <address>", "address to listen on").default("127.0.0.1"))
    .addOption(
      own("--port <n>", "port to listen on; 0 is any that is free").argParser(wholeNumber(0)).default(8787),
    )
    .addOption(
      own("--max-body-bytes <n>", "largest body, as sent and as unpacked")
        .argParser(wholeNumber(1))
        .default(2 ** 30),
    )
    .addOption(
      own("--max-loads <n>", "loads that may wait for their turn").argParser(wholeNumber(0)).default(8),
    )
    .addOption(own("--concurrency <n>", "loads that run at once").argParser(wholeNumber(1)).default(1))
    .addOption(
      own("--rate <n>", "requests a minute of each key, or of each address")
        .argParser(wholeNumber(1))
        .default(600),
    )
    .addOption(
      own(
        "--roots <folder...>",
        "folders that the files of node records must lie below",
        "anywhere",
      ).argParser((text: string, before: string[] | undefined) => [
        ...(before ?? []),
        ...text.split(delimiter),
      ]),
    )
    .addOption(
      own("--grace <seconds>", "how long running loads may take once it is told to stop")
        .argParser(seconds)
        .default(30_000, "30"),
    )
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(quietOption())
    .addHelpText("after", notes)
    .action(async (flags: StartFlags) => {
      process.exitCode = await runService(flags);
    });
}

/** Connections beside those of loads: keys, probes, cancels. */
const otherConnections = 4;
const connectionsPerLoad = 3;

/** For searches. */
const readConnections = 4;
const readTimeoutMs = 30_000;

const connectReads = {
  applicationName: "copycat:serve reads",
  poolConnections: readConnections,
  statementTimeoutMs: readTimeoutMs,
};

async function runService(flags: StartFlags): Promise<number> {
  const { targets, concurrency } = flags;
  const poolConnections = otherConnections + connectionsPerLoad * concurrency;
  if (targets !== undefined) return runOnTargets(await readTargets(targets), flags, poolConnections);
  return withDatabase("serve", { ...flags, poolConnections, onWait: null }, async ({ database, dsn }) => {
    const reads = await openDatabase({ dsn, ...connectReads });
    try {
      return await runUntilTold(flags, ({ startService }, options) =>
        startService(database, { ...options, reads }),
      );
    } finally {
      await reads.close();
    }
  });
}

async function runOnTargets(targets: Targets, flags: StartFlags, poolConnections: number): Promise<number> {
  const connect = { applicationName: "copycat:serve", poolConnections };
  const { notice: onNotice } = makeLog(flags.quiet);
  return runUntilTold(flags, ({ startTargetsService }, options) =>
    startTargetsService(targets, { ...options, connect, connectReads, onNotice }),
  );
}

async function runUntilTold(
  flags: StartFlags,
  start: (
    room: typeof import("../../../service/index.ts"),
    options: ServiceOptions,
  ) => Promise<RunningService>,
): Promise<number> {
  const { grace } = flags;
  const { stop, signal, release } = stopOnSignals({
    onFirst: () =>
      printNotice(`Stopping; what runs has ${grace / 1000} s to finish, once more rolls it back.`),
    onSecond: () => printNotice("Stopping at once; what is not committed is rolled back."),
  });
  try {
    // Its HTTP server takes longer to load than all other commands.
    const room = await import("../../../service/index.ts");
    const service = await start(room, { ...settingsOf(flags), log: process.stderr });
    printResult(describe(service, flags));
    await toldToStop(stop);
    await service.stop(grace, signal);
    return exitCodes.ok;
  } finally {
    release();
  }
}

function settingsOf({ host, port, maxBodyBytes, maxLoads, concurrency, rate, roots, quiet }: StartFlags) {
  return {
    host,
    port,
    maxBodyBytes,
    waitingLoads: maxLoads,
    concurrentLoads: concurrency,
    requestsPerMinute: rate,
    roots: roots ?? null,
    logLevel: quiet ? ("warn" as const) : ("info" as const),
  };
}

function describe(
  { url, isOpen }: { url: string; isOpen: boolean },
  { host, quiet, targets }: Pick<StartFlags, "host" | "quiet" | "targets">,
): string {
  if (!isOpen) return `Listening on ${url} (--host ${host}), for all who have a key.`;
  const said = `Listening on ${url}, for this machine only: there is no key yet.`;
  return quiet
    ? said
    : `${said} Make one: copycat serve keys add NAME --scope write${targets === undefined ? "" : targetsArgument(targets)}`;
}

function toldToStop(stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (stop.aborted) resolve();
    stop.addEventListener("abort", () => resolve(), { once: true });
  });
}
