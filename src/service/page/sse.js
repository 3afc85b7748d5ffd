// Server-sent events from a stream of text (https://html.spec.whatwg.org/multipage/server-sent-events.html), for `fetch`:
// EventSource sends no header, and a key must not stand in an address.

/** Takes pieces of text as they come; calls `onEvent` with `{ event, data }` for each event that is whole. */
export class EventParser {
  #onEvent;
  #rest = "";
  #event = "message";
  #data = [];

  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  push(text) {
    // A line may end with \r\n of which the \n has not come: it waits for the next piece.
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop();
    for (const line of lines) this.#take(line);
  }

  #take(line) {
    if (line === "") return this.#finish();
    const colon = line.indexOf(":");
    // A comment, such as a heartbeat.
    if (colon === 0) return;
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") this.#event = value;
    if (field === "data") this.#data.push(value);
  }

  #finish() {
    if (this.#data.length > 0) this.#onEvent({ event: this.#event, data: this.#data.join("\n") });
    this.#event = "message";
    this.#data = [];
  }
}
