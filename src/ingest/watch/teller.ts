// What a watch tells: events for programs, and sentences for people about what needs a hand.

import { errorMessage } from "../../errors.ts";
import type { Log } from "../../log.ts";
import { failureOf } from "./failures.ts";
import type { StuckFile } from "./scan.ts";
import type { UntimedEvent, WatchEvent, WatchFailure, WatchSummary } from "./types.ts";
import type { Reload } from "./watchedInput.ts";

export class WatchTeller {
  readonly #log: Log;
  readonly #onEvent: ((event: WatchEvent) => void) | undefined;

  constructor(log: Log, onEvent: ((event: WatchEvent) => void) | undefined) {
    this.#log = log;
    this.#onEvent = onEvent;
  }

  event(event: UntimedEvent): void {
    this.#onEvent?.({ time: new Date().toISOString(), ...event });
  }

  stuck(file: StuckFile): void {
    const { path, state, modifiedMs } = file;
    const message = explainStuck(file);
    const modified = new Date(modifiedMs).toISOString();
    this.event({ event: "waiting", file: path, state, modified, message });
    this.#log.notice(message);
  }

  reload(input: string, reload: Reload): void {
    if (reload === "same") return;
    if (reload === "changed") {
      this.event({ event: "reload", input });
      this.#log.notice(`${input} has changed; what it says now holds for all its files.`);
      return;
    }
    const { error } = reload;
    this.event({ event: "reload", input, error: failureOf(error) });
    this.#log.notice(`${errorMessage(error)} What it said before holds on until it is mended.`);
  }

  stop({ batches, files }: WatchSummary, error?: WatchFailure): void {
    this.event({ event: "stop", batches, files, ...(error === undefined ? {} : { error }) });
  }
}

const sentences: Record<StuckFile["state"], (path: string, since: string) => string> = {
  open: (path, since) =>
    `${path} has been marked as being written since ${since}. It is taken when its writer closes it; if that has ended ` +
    `without closing it, \`h5clear -s ${path}\` mends the file.`,
  swmr: (path, since) =>
    `${path} is open for SWMR writing and has not changed since ${since}. It is taken when its writer closes it; if that ` +
    `has ended without closing it, \`h5clear -s ${path}\` mends the file.`,
  truncated: (path, since) =>
    `${path} is shorter than it says itself and has not changed since ${since}. It is taken when it is whole; copy or ` +
    "write it again.",
  unreadable: (path, since) =>
    `${path} is no HDF5 file that can be read, and has not changed since ${since}. It is taken when it has become one.`,
};

function explainStuck({ path, state, modifiedMs }: StuckFile): string {
  return sentences[state](path, new Date(modifiedMs).toISOString());
}
