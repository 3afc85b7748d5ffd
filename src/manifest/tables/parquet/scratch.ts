// Memory that is used again: a megabyte a page waits long for the garbage collector, and there are thousands of pages.

export class Scratch {
  #bytes = new Uint8Array();

  /** So many bytes, whatever is in them. What was given before is overwritten. */
  take(sizeBytes: number): Uint8Array {
    if (this.#bytes.length < sizeBytes) this.#bytes = new Uint8Array(Math.ceil(sizeBytes * 1.25));
    return this.#bytes.subarray(0, sizeBytes);
  }
}

/** Of one column: its page as it is in the file, and unpacked. */
export interface PageMemory {
  packed: Pick<Scratch, "take">;
  unpacked: Pick<Scratch, "take">;
}

export function reusedMemory(): PageMemory {
  return { packed: new Scratch(), unpacked: new Scratch() };
}

/** For values that go on being used. */
export function freshMemory(): PageMemory {
  const fresh = { take: (sizeBytes: number) => new Uint8Array(sizeBytes) };
  return { packed: fresh, unpacked: fresh };
}
