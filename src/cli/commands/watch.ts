// copycat watch: ingest that goes on, for data sets that grow.

import { Argument, type Command } from "commander";
import { type MergePolicy, mergePolicies } from "../../bulk/index.ts";
import {
  type WatchEvent,
  type WatchIngestOptions,
  type WatchOptions,
  watchDataset,
} from "../../ingest/index.ts";
import { watchTargets } from "../../targets/index.ts";
import { exitCodes } from "../exitCodes.ts";
import { dsnOption, option, quietOption, seconds, targetsOption, wholeNumber } from "../options.ts";
import { makeLog, printResult } from "../output.ts";
import { stopOnSignals } from "../signals.ts";
import { openCommandDatabase } from "../withDatabase.ts";

interface WatchFlags {
  dsn?: string;
  targets?: string;
  interval: number;
  settle: number;
  onConflict?: MergePolicy;
  workers?: number;
  source?: string;
  rejects?: string;
  once: boolean;
  quiet: boolean;
}

const notes = `
A file goes in when its size and time have stayed for --settle seconds, no program has it open for writing (HDF5 marks
it so), and it is as long as it says. All that are ready go in together, in one transaction. What cannot go in is a
reject, and is tried again when its file changes. When the database is away, or refuses, the batch is tried again after
1 to 60 seconds, for ever.

Nothing is remembered outside the database: end it at any moment and start it again. SIGTERM or Ctrl-C ends it after the
running batch, a second one at once, with that batch rolled back. A changed YAML is read again.

Stdout has one JSON object a line: "event" is start, batch, retry, waiting (a file that does not get ready), reload (of a
YAML) or stop.

Of several servers (--targets), each input goes to the one of its dataset, side by side, and events have "target". One that
is away keeps only its own waiting. When the file sends a dataset elsewhere, what comes next goes there.

Examples:
  copycat watch scans.yaml --dsn postgres://...             until it is told to stop
  copycat watch /data/scans --interval 10 --settle 30       for writers that pause
  copycat watch datasets/*.yaml --targets targets.yaml      each where it belongs
  copycat watch scans.yaml --once                           what is ready now, then end: for cron
  copycat watch scans.yaml | jq -c 'select(.event == "batch") | [.files, .nodes.inserted, .elapsedMs]'

As a service of systemd:
  [Unit]
  After=network-online.target postgresql.service
  [Service]
  Environment=DATABASE_URL=postgres://copycat@localhost/catalog
  ExecStart=/usr/bin/node /opt/copycat/bin/copycat.mjs watch /etc/copycat/scans.yaml
  WorkingDirectory=/var/lib/copycat
  Restart=on-failure
  TimeoutStopSec=10min
  [Install]
  WantedBy=multi-user.target

Exit codes: 0 told to stop; 1 failed at its start, or stopped at once; 2 wrong usage; 3 finished --once, with rejects.`;

export function addWatchCommand(program: Command): void {
  program
    .command("watch")
    .description(
      "Watch the folders of data sets, and pour new and changed files in as soon as they are complete.",
    )
    .addArgument(new Argument("<input...>", "dataset YAML, or folder of HDF5 files"))
    .addOption(dsnOption())
    .addOption(targetsOption())
    .addOption(
      option(
        "--interval <seconds>",
        "pause between two looks at the folders; longer where looking takes a tenth of it",
      )
        .argParser(seconds)
        .default(2000, "2"),
    )
    .addOption(
      option("--settle <seconds>", "how long a file must stay as it is before it is read")
        .argParser(seconds)
        .default(2000, "2"),
    )
    .addOption(
      option(
        "--on-conflict <policy>",
        "what to do with nodes that are there already",
        "those of changed files are renewed",
      ).choices(mergePolicies.filter((policy) => policy !== "error")),
    )
    .addOption(
      option("--workers <n>", "threads that read HDF5", "cores - 1, from 1 to 4").argParser(wholeNumber(1)),
    )
    .addOption(
      option(
        "--source <label>",
        "label that goes into the metadata of every entity",
        "label of the YAML, name of the folder",
      ),
    )
    .addOption(
      option(
        "--rejects <file>",
        "where the rejects of all batches go, one after the other",
        ".copycat/rejects/RUN.ndjson for each batch",
      ),
    )
    .addOption(option("--once", "take what is ready now, then end").default(false))
    .addOption(quietOption())
    .addHelpText("after", notes)
    .action(async (inputs: string[], flags: WatchFlags) => {
      process.exitCode = await runWatch(inputs, flags);
    });
}

async function runWatch(inputs: string[], flags: WatchFlags): Promise<number> {
  const log = makeLog(flags.quiet);
  const { stop, signal, release } = stopOnSignals({
    onFirst: () => log.notice("Stopping after this batch; once more stops at once."),
    onSecond: () => log.notice("Stopping; what is not committed is rolled back."),
  });
  const { targets } = flags;
  const options: Omit<WatchOptions, "onEvent"> = {
    inputs,
    intervalMs: flags.interval,
    settleMs: flags.settle,
    once: flags.once,
    ingest: ingestOptions(flags),
    stop,
    signal,
    log,
  };
  const onEvent = (event: WatchEvent): void => printResult(JSON.stringify(event));
  const open = async () => (await openCommandDatabase("watch", flags)).database;
  try {
    const { rejected } = await (targets === undefined
      ? watchDataset(open, { ...options, onEvent })
      : watchTargets(targets, { ...options, onEvent, connect: { applicationName: "copycat:watch" } }));
    return flags.once && rejected > 0 ? exitCodes.rejects : exitCodes.ok;
  } finally {
    release();
  }
}

function ingestOptions(flags: WatchFlags): WatchIngestOptions {
  return {
    ...(flags.onConflict === undefined ? {} : { policy: flags.onConflict }),
    ...(flags.rejects === undefined ? {} : { rejectsFile: flags.rejects }),
    ...(flags.workers === undefined ? {} : { workers: flags.workers }),
    ...(flags.source === undefined ? {} : { source: flags.source }),
  };
}
