// The stream of events, opened again when it breaks, later each time.

import { ask, Refused } from "./api.js";
import { EventParser } from "./sse.js";

/** The service beats every 15 s. */
const silenceMs = 45_000;
const firstRetryMs = 1000;
const longestRetryMs = 30_000;

/** How long to wait after so many failures in a row: twice as long each time, and not all pages at once. */
export function retryMs(failures, random = Math.random()) {
  return Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures, 10)) * (0.75 + random / 4);
}

/**
 * Follows `/v1/events` until `stop`. `onOpen` when it is there, `onLoad(load)`, `onAway(reason, atMs)` when it is not and will
 * be tried again at that time, `onRefused` when a key is needed.
 */
export class LoadStream {
  #handlers;
  #failures = 0;
  #timer = 0;
  #abort = new AbortController();

  constructor(handlers) {
    this.#handlers = handlers;
  }

  async open() {
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    try {
      await this.#follow(abort);
      throw new Error("closed");
    } catch (error) {
      if (abort.signal.reason === "stopped") return;
      this.#fail(error);
    }
  }

  stop() {
    clearTimeout(this.#timer);
    this.#abort.abort("stopped");
  }

  async #follow(abort) {
    let watch = 0;
    const heard = () => {
      clearTimeout(watch);
      watch = setTimeout(() => abort.abort("silent"), silenceMs);
    };
    const parser = new EventParser(({ event, data }) => {
      if (event === "load") this.#handlers.onLoad(JSON.parse(data));
    });
    try {
      heard();
      const { body } = await ask("/v1/events", { signal: abort.signal });
      this.#failures = 0;
      this.#handlers.onOpen();
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        heard();
        parser.push(part.value);
      }
    } finally {
      clearTimeout(watch);
    }
  }

  #fail(error) {
    if (error instanceof Refused && (error.status === 401 || error.status === 403)) {
      this.#handlers.onRefused();
      return;
    }
    const isAnswer = error instanceof Refused;
    const ms = Math.max(retryMs(this.#failures), isAnswer ? error.retrySeconds * 1000 : 0);
    this.#failures += 1;
    this.#timer = setTimeout(() => this.open(), ms);
    this.#handlers.onAway(isAnswer ? error.message : "The service does not answer.", Date.now() + ms);
  }
}
