// Targets of a process that lives long: silent servers keep nobody waiting, and the file is read again.

import { connect, createServer, type Server, type Socket } from "node:net";
import { afterAll, describe, expect, it } from "vitest";
import { type LiveOptions, LiveTargets, readTargets } from "../../src/targets/index.ts";
import { useFolder } from "../support/files.ts";
import { container, load } from "../support/nodes.ts";
import { databaseOf } from "./service.ts";
import { useTargets } from "./support.ts";

const folder = useFolder();
const targets = useTargets(folder, { west: ["W_*"], home: [] });
const open: LiveTargets[] = [];
const proxies: { server: Server; state: Proxy }[] = [];

afterAll(async () => {
  for (const live of open) await live.close();
  for (const { server, state } of proxies) {
    state.hangUp();
    server.close();
  }
});

interface Proxy {
  port: number;
  /** Takes connections, and sends nothing on; in the beginning it does. */
  isSilent: boolean;
  /** Ends all connections. */
  hangUp(): void;
}

/** Something that listens where a server did, in front of it. */
async function startProxy(dsn: string): Promise<Proxy> {
  const { hostname, port } = new URL(dsn);
  const sockets = new Set<Socket>();
  const hangUp = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const state: Proxy = { port: 0, isSilent: true, hangUp };
  const proxy = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
    if (state.isSilent) return;
    const server = connect(Number(port), hostname);
    server.on("error", () => socket.destroy());
    socket.on("close", () => server.destroy());
    socket.pipe(server).pipe(socket);
  });
  proxies.push({ server: proxy, state });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  state.port = (proxy.address() as { port: number }).port;
  return state;
}

function write(name: string, west: string): string {
  const list = [
    { name: "west", dsn: west, datasets: ["W_*"] },
    { name: "home", dsn: databaseOf(targets, "home").dsn, default: true },
  ];
  return folder.text(name, JSON.stringify({ targets: list }));
}

async function liveOf(path: string, options: LiveOptions = {}): Promise<LiveTargets> {
  const live = new LiveTargets(await readTargets(path), options);
  open.push(live);
  return live;
}

async function timed<Result>(work: Promise<Result>): Promise<{ result: Result; ms: number }> {
  const start = performance.now();
  const result = await work;
  return { result, ms: performance.now() - start };
}

const answering = (looked: Awaited<ReturnType<LiveTargets["look"]>>): string[] =>
  looked.flatMap(({ target, database }) => (database === null ? [] : target.name));

describe("a server that takes connections and never answers", () => {
  it("is down after three seconds, then at once, and is there again when it answers", async () => {
    const url = new URL(databaseOf(targets, "west").dsn);
    const proxy = await startProxy(url.toString());
    url.port = String(proxy.port);
    const live = await liveOf(write("silent.yaml", url.toString()));
    const first = await timed(live.look());
    expect(answering(first.result)).toEqual(["home"]);
    expect(first.result[0]?.error).toMatchObject({
      code: "CONNECTION",
      message: "west takes too long to answer.",
    });
    expect(first.ms).toBeGreaterThan(2900);
    const second = await timed(live.look());
    expect([answering(second.result), second.ms < 2000]).toEqual([["home"], true]);
    const [west] = live.targets.list;
    const opened = await timed(
      west === undefined ? Promise.resolve(null) : live.open(west).catch((error) => error),
    );
    expect(opened.result).toMatchObject({
      code: "CONNECTION",
      message: "The target west does not answer.",
      cause: { message: "west takes too long to answer." },
    });
    expect(opened.ms).toBeLessThan(2000);
    proxy.isSilent = false;
    proxy.hangUp();
    await expect.poll(async () => answering(await live.look())).toEqual(["west", "home"]);
  });
});

describe("the targets file", () => {
  it("is read again; as long as it is none, what it said before holds, and that is told once", async () => {
    const told: string[] = [];
    const path = write("changes.yaml", databaseOf(targets, "west").dsn);
    const live = await liveOf(path, { onNotice: (message) => void told.push(message) });
    folder.text("changes.yaml", "targets: none");
    await live.read();
    expect((await live.read()).list.map(({ name }) => name)).toEqual(["west", "home"]);
    expect(told).toEqual([expect.stringMatching(/changes\.yaml.* What the file said before holds\.$/s)]);
    folder.text(
      "changes.yaml",
      JSON.stringify({ targets: [{ name: "one", dsn: databaseOf(targets, "home").dsn, default: true }] }),
    );
    expect((await live.look()).map(({ target }) => target.name)).toEqual(["one"]);
  });

  it("may name the same server otherwise: what it named before is not compared", async () => {
    const { dsn } = databaseOf(targets, "west");
    const path = write("renamed.yaml", dsn);
    const live = await liveOf(path);
    expect(answering(await live.look())).toEqual(["west", "home"]);
    write("renamed.yaml", dsn.replace("127.0.0.1", "localhost"));
    expect(answering(await live.look())).toEqual(["west", "home"]);
  });

  it("that names one catalog twice opens the one that came first, and refuses the other", async () => {
    const { dsn } = databaseOf(targets, "home");
    const live = await liveOf(write("twice.yaml", dsn.replace("127.0.0.1", "localhost")));
    const looked = await live.look();
    expect(answering(looked)).toHaveLength(1);
    const refused = looked.find(({ database }) => database === null);
    expect(refused?.error).toMatchObject({ code: "USAGE" });
  });
});

describe("what is open", () => {
  it("is opened once for all who ask, and made ready before", async () => {
    await load(databaseOf(targets, "west").database, [container("/W_1")]);
    let opened = 0;
    const live = await liveOf(write("once.yaml", databaseOf(targets, "west").dsn), {
      onOpen: async () => {
        opened += 1;
      },
    });
    await Promise.all([live.look(), live.look(), live.look()]);
    expect([opened, live.databases.length]).toEqual([2, 2]);
  });

  it("is closed when it cannot be made ready, and tried again", async () => {
    let isBroken = true;
    const live = await liveOf(write("broken.yaml", databaseOf(targets, "west").dsn), {
      onOpen: async () => {
        if (isBroken) throw new Error("not yet");
      },
    });
    expect([answering(await live.look()), live.databases]).toEqual([[], []]);
    isBroken = false;
    expect(answering(await live.look())).toEqual(["west", "home"]);
  });
});
