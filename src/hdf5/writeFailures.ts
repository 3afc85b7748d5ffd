// Writes that the system refused. HDF5 prints that, h5wasm passes over it, and a file with holes would be taken for whole.

import { CopycatError, errorCode, errorMessage } from "../errors.ts";
import type { Native } from "./native.ts";

/** The first failure of each file, by path. */
const failures = new Map<string, unknown>();
let isWatched = false;

/** h5wasm, which is loaded when it is needed: most programs only read, and they do so in threads of their own. */
export async function loadWriterLibrary(): Promise<typeof import("h5wasm/node")> {
  const h5wasm = await import("h5wasm/node");
  const { FS } = (await h5wasm.ready) as unknown as Pick<Native, "FS">;
  if (!isWatched) watch(FS);
  isWatched = true;
  return h5wasm;
}

function watch(fs: Native["FS"]): void {
  const write = fs.write;
  fs.write = (stream, buffer, offset, length, position) => {
    // HDF5 prints its stack for each of them; one sentence says as much.
    if (stream.fd === 2 && failures.size > 0) return length;
    try {
      return write(stream, buffer, offset, length, position);
    } catch (error) {
      if (!failures.has(stream.path)) failures.set(stream.path, error);
      throw error;
    }
  };
}

/** @throws CopycatError UNREADABLE_SOURCE when a write of this file has failed */
export function checkWritten(path: string): void {
  const failure = failures.get(path);
  if (failure === undefined) return;
  const reason = errorCode(failure) ?? errorMessage(failure);
  throw new CopycatError("UNREADABLE_SOURCE", `Cannot write ${path}: the system refused it (${reason}).`, {
    cause: failure,
  });
}

/** For the next file of that name. */
export function forgetFailure(path: string): void {
  failures.delete(path);
}
