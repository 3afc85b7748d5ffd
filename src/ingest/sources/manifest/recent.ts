// A map of what came or was asked for lately. Two generations, since a Map that loses its oldest key each time gets slow.

export class RecentMap<Value> {
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();
  #weight = 0;
  readonly #limit: number;

  /** @param limit of the sum of weights; at least the half that came last is kept */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get(key: string): Value | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: Value): void {
    this.#young.set(key, value);
    this.grow(1);
  }

  /** Something in the map has become heavier. */
  grow(weight: number): void {
    this.#weight += weight;
    if (this.#weight < this.#limit / 2) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#weight = 0;
  }
}
