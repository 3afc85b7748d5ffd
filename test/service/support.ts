// A service on a database of its own, over real HTTP; and bodies for it.

import { randomBytes } from "node:crypto";
import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { afterAll, beforeAll } from "vitest";
import { type RunningService, type ServiceOptions, startService } from "../../src/service/index.ts";
import { addKey, type KeyScope } from "../../src/service/keys.ts";
import type { TestDatabase } from "../support/database.ts";

export interface TestService {
  readonly url: string;
  readonly running: RunningService;
  /** JSON lines of the log so far. */
  log(): string;
}

export function useService(database: TestDatabase, options: ServiceOptions = {}): TestService {
  let running: RunningService | undefined;
  let log = "";
  beforeAll(async () => {
    const lines = {
      write: (line: string): void => {
        log += line;
      },
    };
    running = await startService(database.database, { port: 0, log: lines, ...options });
  });
  afterAll(async () => {
    await running?.stop(0);
  });
  const get = (): RunningService => {
    if (running === undefined) throw new Error("The service runs inside tests and hooks only.");
    return running;
  };
  return {
    get url() {
      return get().url;
    },
    get running() {
      return get();
    },
    log: () => log,
  };
}

/** A key of a scope. */
export async function makeKey(database: TestDatabase, scope: KeyScope): Promise<string> {
  return addKey(database.database, `test-${randomBytes(4).toString("hex")}`, scope);
}

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: what an answer holds is what tests are about
  body: any;
}

export type SendBody = string | Uint8Array<ArrayBuffer> | Buffer | AsyncIterable<Uint8Array>;

export async function post(
  url: string,
  body: SendBody,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", ...headers },
    body: body as NonNullable<RequestInit["body"]>,
    ...({ duplex: "half" } as object),
  });
  return answerOf(response);
}

export async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return answerOf(await fetch(url, { headers }));
}

async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** A dataset of so many nodes below it, one record a line. */
export function nodes(name: string, count: number): string {
  let text = `{"path":"/${name}"}\n`;
  for (let index = 0; index < count; index++)
    text += `{"path":"/${name}/n${index}","metadata":{"T":${index}}}\n`;
  return text;
}

/** As `nodes`, made as it is sent. */
export async function* streamNodes(name: string, count: number): AsyncGenerator<Uint8Array> {
  let text = `{"path":"/${name}"}\n`;
  for (let index = 0; index < count; index++) {
    text += `{"path":"/${name}/n${index}","metadata":{"T":${index},"note":"${"x".repeat(200)}"}}\n`;
    if (text.length < 65_536) continue;
    yield Buffer.from(text);
    text = "";
  }
  yield Buffer.from(text);
}

/** zstd that packs nothing: Node 20 has no packer of its own. */
export function zstdStored(content: Buffer): Buffer<ArrayBuffer> {
  const parts: Buffer[] = [Buffer.from("28b52ffd0040", "hex")];
  const most = 65_536;
  for (let start = 0; start < content.length || start === 0; start += most) {
    const block = content.subarray(start, start + most);
    const isLast = start + most >= content.length;
    const header = Buffer.alloc(3);
    header.writeUIntLE((block.length << 3) | Number(isLast), 0, 3);
    parts.push(header, block);
  }
  return Buffer.concat(parts);
}

/** Blocks of one blank repeated 131,072 times, four bytes each. */
export function zstdBomb(blocks: number): Buffer<ArrayBuffer> {
  const block = Buffer.alloc(4, 0x20);
  block.writeUIntLE((131_072 << 3) | 2, 0, 3);
  // A window of 128 KiB.
  return Buffer.concat([Buffer.from("28b52ffd0038", "hex"), ...Array.from({ length: blocks }, () => block)]);
}

/** A load of each kind: a record that goes in, one that cannot, and where the first one is then. */
export const everyKind = [
  {
    name: "nodes",
    path: "/v1/ingest?",
    body: '{"path":"/EACH"}\n{',
    table: "nodes where key = 'EACH'",
  },
  {
    name: "memory entries",
    path: "/v1/memory/entries?dimensions=2&namespace=each&",
    body: '{"key":"k","value":"v","embedding":[1,0]}\n{',
    table: "memory.memory_entries where namespace = 'each'",
  },
  {
    name: "memory patterns",
    path: "/v1/memory/patterns?dimensions=2&",
    body: '{"name":"each","pattern_type":"p"}\n{',
    table: "memory.patterns",
  },
  {
    name: "memory trajectories",
    path: "/v1/memory/trajectories?dimensions=2&",
    body: '{"trajectory_id":"each","step_number":0,"action":"go"}\n{',
    table: "memory.trajectories",
  },
  {
    name: "updates of a simulation",
    path: "/v1/simulation/updates?scenario=each&",
    body: '{"dataset":"roads","timestamp":1,"iteration":0,"data":{"segments":{"id":[1,2],"speed":[3,4]}}}\n{',
    table: "simulation.update",
  },
  {
    name: "files of a library",
    path: "/v1/library/files?library=each&",
    body: '{"path":"each.flac","size":3}\n{',
    table: "library.file where path = 'each.flac'",
  },
] as const;

/** A request whose body is sent by hand. */
export interface OpenRequest {
  readonly request: ClientRequest;
  readonly answer: Promise<IncomingMessage>;
}

export function openPost(url: string, headers: Readonly<Record<string, string>> = {}): OpenRequest {
  const request = httpRequest(url, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson", ...headers },
  });
  const answer = new Promise<IncomingMessage>((resolve, reject) => {
    request.on("response", resolve).on("error", reject);
  });
  answer.catch(() => undefined);
  return { request, answer };
}

export async function textOf(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part as Buffer);
  return Buffer.concat(parts).toString();
}
