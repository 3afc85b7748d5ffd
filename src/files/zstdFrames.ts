// Looks at the frames of zstd data before they are unpacked: what they declare decides what unpacking them costs.

const blockHeaderBytes = 3;
const checksumBytes = 4;

export interface FrameCosts {
  /** A frame begins; the unpacker makes a window of so many bytes. */
  onFrame: (windowBytes: number) => void;
  /** A block begins; the unpacker moves that window. */
  onBlock: (windowBytes: number) => void;
}

/** Walks frames and blocks as RFC 8878 has them; what is no zstd at all is left to the unpacker to refuse. */
export class ZstdFrames {
  readonly #costs: FrameCosts;
  /** Bytes of a header that has not come as a whole. */
  #head = Buffer.alloc(0);
  #skip = 0;
  #state: "frame" | "block" | "unknown" = "frame";
  #windowBytes = 0;
  #hasChecksum = false;

  constructor(costs: FrameCosts) {
    this.#costs = costs;
  }

  push(chunk: Buffer): void {
    let rest: Buffer = chunk;
    while (rest.length > 0 && this.#state !== "unknown") {
      if (this.#skip > 0) {
        const skipped = Math.min(this.#skip, rest.length);
        this.#skip -= skipped;
        rest = rest.subarray(skipped);
        continue;
      }
      const head = this.#head.length === 0 ? rest : Buffer.concat([this.#head, rest]);
      const taken = this.#state === "frame" ? this.#readFrame(head) : this.#readBlock(head);
      if (taken === null) {
        // Not enough yet: headers have 18 bytes at most.
        this.#head = Buffer.from(head);
        return;
      }
      rest = head.subarray(taken);
      this.#head = Buffer.alloc(0);
    }
  }

  /** How many bytes it took; null when more are needed. */
  #readFrame(head: Buffer): number | null {
    if (head.length < 8) return null;
    const magic = head.readUInt32LE();
    if ((magic & 0xfffffff0) >>> 0 === 0x184d2a50) {
      this.#skip = head.readUInt32LE(4);
      return 8;
    }
    if (magic !== 0xfd2fb528) {
      this.#state = "unknown";
      return head.length;
    }
    const header = readFrameHeader(head);
    if (header === null) return null;
    this.#windowBytes = header.windowBytes;
    this.#hasChecksum = header.hasChecksum;
    this.#state = "block";
    this.#costs.onFrame(header.windowBytes);
    return header.bytes;
  }

  #readBlock(head: Buffer): number | null {
    if (head.length < blockHeaderBytes) return null;
    const header = head.readUIntLE(0, blockHeaderBytes);
    const isLast = (header & 1) === 1;
    // A block of one byte repeated is that byte.
    const isRepeated = ((header >> 1) & 3) === 1;
    this.#skip = isRepeated ? 1 : header >> 3;
    this.#costs.onBlock(this.#windowBytes);
    if (isLast) {
      this.#skip += this.#hasChecksum ? checksumBytes : 0;
      this.#state = "frame";
    }
    return blockHeaderBytes;
  }
}

interface FrameHeader {
  bytes: number;
  windowBytes: number;
  hasChecksum: boolean;
}

function readFrameHeader(head: Buffer): FrameHeader | null {
  const flags = head[4] ?? 0;
  const isSingle = (flags & 0x20) !== 0;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] ?? 0;
  const sizeBytes = [isSingle ? 1 : 0, 2, 4, 8][flags >> 6] ?? 0;
  const sizeAt = 5 + (isSingle ? 0 : 1) + dictionaryBytes;
  const bytes = sizeAt + sizeBytes;
  if (head.length < bytes) return null;
  const descriptor = head[5] ?? 0;
  const base = 2 ** (10 + (descriptor >> 3));
  const windowBytes = isSingle ? readSize(head, sizeAt, sizeBytes) : base + (base / 8) * (descriptor & 7);
  return { bytes, windowBytes, hasChecksum: (flags & 4) !== 0 };
}

function readSize(head: Buffer, at: number, bytes: number): number {
  if (bytes === 8) return Number(head.readBigUInt64LE(at));
  return head.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}
