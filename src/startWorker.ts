// Threads, from what is compiled and from TypeScript.

import { Worker, type WorkerOptions } from "node:worker_threads";

/**
 * Runs `worker` of the caller's folder in a thread. Node cannot start one from TypeScript: when run from source, tsx is
 * registered inside it first. It is taken out again before what the worker needs is imported, which would cost it 600 MB to
 * look through the 4 MB of an HDF5 library.
 *
 * @param caller `import.meta.url` of the file beside `worker`
 */
export function startWorker(caller: string, limits: WorkerOptions["resourceLimits"]): Worker {
  const options = { ...(limits === undefined ? {} : { resourceLimits: limits }), execArgv: [] };
  if (!caller.endsWith(".ts")) return new Worker(new URL("./worker.js", caller), options);
  const tsx = JSON.stringify(import.meta.resolve("tsx/esm/api"));
  const entry = JSON.stringify(new URL("./worker.ts", caller).href);
  const code = `import(${tsx}).then(async ({ register }) => {
    const unregister = register();
    await import(${entry});
    await unregister();
  });`;
  return new Worker(code, { ...options, eval: true });
}
