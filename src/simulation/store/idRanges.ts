// Which ids are one's own: as ranges, since ten million of them in a set would take half a gigabyte.

export class IdRanges {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];

  /** Ids come ascending; others may have taken some between. */
  add(id: number): void {
    const last = this.#ends.length - 1;
    if (last >= 0 && this.#ends[last] === id - 1) this.#ends[last] = id;
    else {
      this.#starts.push(id);
      this.#ends.push(id);
    }
  }

  has(id: number): boolean {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if ((this.#starts[middle] as number) > id) high = middle - 1;
      else if ((this.#ends[middle] as number) < id) low = middle + 1;
      else return true;
    }
    return false;
  }
}
