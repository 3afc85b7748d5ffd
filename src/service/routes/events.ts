// Loads as they go on, as server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html).

import { PassThrough } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { CopycatError } from "../../errors.ts";
import { whose } from "../access.ts";
import { hasEnded, type LiveLoad } from "../loads/monitor.ts";
import { Refusal } from "../problem.ts";
import { allEventsSchema, runEventsSchema } from "../schemas/events.ts";
import type { Service } from "../service.ts";

const access = { access: "read" } as const;

export function addEventRoutes(app: FastifyInstance, service: Service): void {
  /** With whose they are. */
  const open = new Map<EventStream, string>();
  app.addHook("preClose", async () => {
    for (const stream of open.keys()) stream.end();
  });
  const start = (request: FastifyRequest, reply: FastifyReply): EventStream => {
    const { name } = request.caller;
    const caller = whose(request);
    const { eventStreams, heartbeatMs } = service.settings;
    if (service.isClosing) throw new Refusal(503, "CANCELLED", "The service is shutting down.");
    if (open.size >= eventStreams) throw tooMany(`${open.size} streams of events are open already`);
    const own = [...open.values()].filter((other) => other === caller).length;
    if (own >= Math.ceil(eventStreams / 4)) throw tooMany(`The ${caller} has ${own} streams of events open`);
    // A key that is revoked while it listens hears no more; a database that is away decides nothing.
    const isWelcome = () => (name === null ? service.keys.isEmpty() : service.keys.isWorking(name));
    const stream = new EventStream(heartbeatMs, isWelcome);
    open.set(stream, caller);
    reply.raw.once("close", () => stream.end());
    stream.onEnd(() => open.delete(stream));
    void reply
      .type("text/event-stream")
      .header("cache-control", "no-store")
      .header("x-accel-buffering", "no");
    return stream;
  };

  app.get("/v1/events", { schema: allEventsSchema, config: access }, async (request, reply) => {
    const stream = start(request, reply);
    for (const load of service.monitor.list().reverse()) stream.tell(load);
    stream.onEnd(service.monitor.listen((load) => stream.tell(load)));
    return reply.send(stream.output);
  });
  app.get<{ Params: { id: string } }>(
    "/v1/runs/:id/events",
    { schema: runEventsSchema, config: access },
    async (request, reply) => {
      const id = request.params.id.toLowerCase();
      const found = service.monitor.find(id);
      if (found === null) throw new CopycatError("NOT_FOUND", `No run ${id} goes on here, or ended lately.`);
      const stream = start(request, reply);
      const tell = (load: LiveLoad): void => {
        if (load.id !== id) return;
        stream.tell(load);
        if (hasEnded(load)) stream.end();
      };
      stream.onEnd(service.monitor.listen(tell));
      tell(found);
      return reply.send(stream.output);
    },
  );
}

function tooMany(what: string): Refusal {
  return new Refusal(429, "BUSY", `${what}; come again later.`, { headers: { "retry-after": "10" } });
}

/** Who leaves more than this unread is left. */
const mostUnreadBytes = 1024 * 1024;

/** What changes more often is told as it is then. */
const leastMs = 100;

export class EventStream {
  readonly output = new PassThrough();
  readonly #heartbeat: NodeJS.Timeout;
  readonly #ends: (() => void)[] = [];
  readonly #told = new Map<string, { atMs: number; state: string; phase: string | null }>();
  /** Changes that came too soon after the one before: the last one of each load, which may be the last one for long. */
  readonly #late = new Map<string, LiveLoad>();
  #lateTimer: NodeJS.Timeout | undefined;
  #isOver = false;

  /** @param isWelcome asked at each heartbeat; whoever is not any more is told nothing more */
  constructor(heartbeatMs: number, isWelcome: () => Promise<boolean>) {
    this.#heartbeat = setInterval(() => {
      this.#write(": heartbeat\n\n");
      isWelcome().then(
        (still) => (still ? undefined : this.end()),
        () => undefined,
      );
    }, heartbeatMs);
    this.output.on("error", () => this.end());
    this.#write("retry: 2000\n\n");
  }

  onEnd(end: () => void): void {
    if (this.#isOver) end();
    else this.#ends.push(end);
  }

  tell(load: LiveLoad): void {
    const before = this.#told.get(load.id);
    const isSame = before?.state === load.state && before.phase === load.phase;
    const now = performance.now();
    if (isSame && now - before.atMs < leastMs) {
      this.#tellLater(load);
      return;
    }
    this.#late.delete(load.id);
    // A reader that is slow misses what is over anyway, but no beginning and no end.
    if (isSame && this.output.writableNeedDrain) return;
    if (hasEnded(load)) this.#told.delete(load.id);
    else this.#told.set(load.id, { atMs: now, state: load.state, phase: load.phase });
    this.#write(`event: load\nid: ${load.id}\ndata: ${JSON.stringify(load)}\n\n`);
  }

  #tellLater(load: LiveLoad): void {
    if (this.#isOver) return;
    this.#late.set(load.id, load);
    this.#lateTimer ??= setTimeout(() => {
      this.#lateTimer = undefined;
      for (const late of [...this.#late.values()]) this.tell(late);
    }, leastMs);
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#heartbeat);
    clearTimeout(this.#lateTimer);
    for (const end of this.#ends) end();
    this.output.end();
  }

  #write(text: string): void {
    if (this.#isOver) return;
    this.output.write(text);
    if (this.output.writableLength <= mostUnreadBytes) return;
    this.end();
    this.output.destroy();
  }
}
