// What a process remembers of the files it watches: 32 bytes a file and an entry of a Map, for any number of them.

const doubles = 3;
const sizeBytesAt = 0;
const modifiedMsAt = 1;
const sinceMsAt = 2;

/** `fresh`: new or changed. `told`: as fresh, and somebody was told that it is not getting ready. `done`: handed on. */
export const Mark = { fresh: 0, told: 1, done: 2 } as const;
export type MarkValue = (typeof Mark)[keyof typeof Mark];

export interface SeenFile {
  sizeBytes: number;
  modifiedMs: number;
}

/** A file's place in the table; valid until the end of the next round. */
export type Slot = number;

export class FileTable {
  /** Rounds that ended; 0 while the first one goes on. */
  rounds = 0;
  readonly #slots = new Map<string, Slot>();
  readonly #free: Slot[] = [];
  #values = new Float64Array(1024 * doubles);
  /** By slot: the round in which the file was last seen, times 4, plus its mark. */
  #states = new Float64Array(1024);

  get size(): number {
    return this.#slots.size;
  }

  /**
   * Notes a file as it is now. What was known of it holds as long as its size and time stay.
   *
   * @param sinceMs since when a new or changed file is as it is, by the clock of this process
   */
  observe(path: string, { sizeBytes, modifiedMs }: SeenFile, sinceMs: number): Slot {
    const known = this.#slots.get(path);
    const slot = known ?? this.#take(path);
    const at = slot * doubles;
    const isSame =
      known !== undefined &&
      this.#values[at + sizeBytesAt] === sizeBytes &&
      this.#values[at + modifiedMsAt] === modifiedMs;
    if (!isSame) {
      this.#values[at + sizeBytesAt] = sizeBytes;
      this.#values[at + modifiedMsAt] = modifiedMs;
      this.#values[at + sinceMsAt] = sinceMs;
    }
    this.#states[slot] = this.rounds * 4 + (isSame ? this.mark(slot) : Mark.fresh);
    return slot;
  }

  mark(slot: Slot): MarkValue {
    return ((this.#states[slot] ?? 0) % 4) as MarkValue;
  }

  setMark(slot: Slot, mark: MarkValue): void {
    const state = this.#states[slot] ?? 0;
    this.#states[slot] = state - (state % 4) + mark;
  }

  /** Since when the file is as it is. */
  sinceMs(slot: Slot): number {
    return this.#values[slot * doubles + sinceMsAt] ?? 0;
  }

  modifiedMs(slot: Slot): number {
    return this.#values[slot * doubles + modifiedMsAt] ?? 0;
  }

  /** Forgets the files that this round did not see. */
  endRound(): void {
    for (const [path, slot] of this.#slots) {
      if (Math.floor((this.#states[slot] ?? 0) / 4) === this.rounds) continue;
      this.#slots.delete(path);
      this.#free.push(slot);
    }
    this.rounds += 1;
  }

  /** Takes all files for new ones, as they are: what is to be made of them has changed. */
  unmark(): void {
    for (const slot of this.#slots.values()) this.setMark(slot, Mark.fresh);
  }

  #take(path: string): Slot {
    const slot = this.#free.pop() ?? this.#slots.size;
    this.#slots.set(path, slot);
    if (slot >= this.#states.length) this.#grow();
    return slot;
  }

  #grow(): void {
    const values = new Float64Array(this.#values.length * 2);
    values.set(this.#values);
    this.#values = values;
    const states = new Float64Array(this.#states.length * 2);
    states.set(this.#states);
    this.#states = states;
  }
}
