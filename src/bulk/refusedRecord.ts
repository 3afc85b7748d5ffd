// A record that its reader could not read: it takes its place in the input, and is rejected there.

export class RefusedRecord {
  readonly code: string;
  readonly message: string;
  /** What there is of it, as JSON text. */
  readonly record: string;

  constructor(code: string, message: string, record: string) {
    this.code = code;
    this.message = message;
    this.record = record;
  }
}
