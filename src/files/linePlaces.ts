// Which line a record stood on, told from its place among the records.

/** Lines of records by their index. Kept are only the indexes where blank lines came in between. */
export class LinePlaces {
  #count = 0;
  readonly #starts: number[] = [0];
  readonly #shifts: number[] = [1];

  add(line: number): void {
    const shift = line - this.#count;
    if (shift !== this.#shifts.at(-1)) {
      this.#starts.push(this.#count);
      this.#shifts.push(shift);
    }
    this.#count += 1;
  }

  at(index: number): string {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] ?? 0) <= index) low = middle;
      else high = middle - 1;
    }
    return `line ${index + (this.#shifts[low] ?? 1)}`;
  }
}
