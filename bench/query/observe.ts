// Which statements a function sends, and how long each takes: the share of a call that is spent in SQL.

import type { Database } from "../../src/index.ts";

export interface Statement {
  text: string;
  elapsedMs: number;
}

export interface Observed {
  /** As the one given, with every statement written down. */
  database: Database;
  /** What was sent since it was asked the last time. */
  take(): Statement[];
}

type Send = (...args: unknown[]) => unknown;

export function observe(database: Database): Observed {
  let statements: Statement[] = [];
  const timed = (send: Send): Send => {
    return async (...args) => {
      const start = performance.now();
      const result = await send(...args);
      statements.push({ text: textOf(args[0]), elapsedMs: performance.now() - start });
      return result;
    };
  };
  const pool = withMethods(database.pool, {
    query: timed,
    // A connection that is taken out of the pool, as for a transaction.
    connect: (connect) => async () => {
      const client = (await connect()) as object;
      return withMethods(client, { query: timed });
    },
  });
  return {
    database: { ...database, pool },
    take: () => {
      const taken = statements;
      statements = [];
      return taken;
    },
  };
}

/** The object, with some of its methods wrapped. */
function withMethods<Target extends object>(
  target: Target,
  wrap: Record<string, (method: Send) => Send>,
): Target {
  return new Proxy(target, {
    get: (_target, name) => {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      const method = value.bind(target) as Send;
      return typeof name === "string" && Object.hasOwn(wrap, name) ? wrap[name]?.(method) : method;
    },
  });
}

function textOf(statement: unknown): string {
  return typeof statement === "string" ? statement : String((statement as { text?: unknown } | null)?.text);
}
