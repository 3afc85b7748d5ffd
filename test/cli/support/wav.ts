// WAV files for tests: a tone that dies away, with tags as RIFF INFO or as ID3.

export interface WavOptions {
  /** Seconds; default 0.1. */
  seconds?: number;
  /** Hz; another tone is another content. Default 440. */
  tone?: number;
  /** Four letters of RIFF INFO and their texts: INAM, IART, IPRD, ICRD, ITRK, IGNR. */
  info?: Readonly<Record<string, string>>;
  /** Frames of ID3v2.4 and their texts, as UTF-8: TIT2, TPE1, TALB, TDRC, TRCK, TCON. */
  id3?: Readonly<Record<string, string>>;
}

const sampleRate = 8000;

/** 8 kHz, mono, 8 bits. */
export function makeWav({ seconds = 0.1, tone = 440, info = {}, id3 = {} }: WavOptions = {}): Buffer {
  const length = Math.round(seconds * sampleRate);
  const samples = Buffer.alloc(length);
  for (let index = 0; index < length; index++) {
    const time = index / sampleRate;
    const fade = Math.exp((-4 * index) / length);
    samples[index] = 128 + Math.round(90 * fade * Math.sin(2 * Math.PI * tone * time));
  }
  const format = Buffer.alloc(16);
  format.writeUInt16LE(1, 0); // PCM
  format.writeUInt16LE(1, 2); // channels
  format.writeUInt32LE(sampleRate, 4);
  format.writeUInt32LE(sampleRate, 8); // bytes a second
  format.writeUInt16LE(1, 12); // bytes a sample
  format.writeUInt16LE(8, 14); // bits
  const chunks = [Buffer.from("WAVE"), chunk("fmt ", format)];
  if (Object.keys(info).length > 0) {
    const texts = Object.entries(info).map(([name, text]) => chunk(name, Buffer.from(`${text}\0`)));
    chunks.push(chunk("LIST", Buffer.concat([Buffer.from("INFO"), ...texts])));
  }
  if (Object.keys(id3).length > 0) chunks.push(chunk("id3 ", id3Tag(id3)));
  chunks.push(chunk("data", samples));
  return chunk("RIFF", Buffer.concat(chunks));
}

/** A chunk has an even number of bytes. */
function chunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 0, "latin1");
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

function id3Tag(frames: Readonly<Record<string, string>>): Buffer {
  const content = Buffer.concat(
    Object.entries(frames).map(([name, text]) => {
      // 3: the text is UTF-8.
      const value = Buffer.concat([Buffer.from([3]), Buffer.from(text)]);
      return Buffer.concat([Buffer.from(name), syncSafe(value.length), Buffer.alloc(2), value]);
    }),
  );
  return Buffer.concat([Buffer.from("ID3"), Buffer.from([4, 0, 0]), syncSafe(content.length), content]);
}

/** Seven bits a byte. */
function syncSafe(value: number): Buffer {
  return Buffer.from([21, 14, 7, 0].map((shift) => (value >> shift) & 0x7f));
}
