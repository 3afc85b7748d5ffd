// Whether bytes are MPEG audio: a frame's header is two bytes that occur anywhere, so two that fit together are asked for.
// http://www.mp3-tech.org/programmer/frame_header.html

const bitrates: Readonly<Record<string, readonly number[]>> = {
  "1/1": [32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448],
  "1/2": [32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384],
  "1/3": [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  "2/1": [32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256],
  "2/2": [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
  "2/3": [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160],
};
const sampleRates = [44100, 48000, 32000];

/** Length of the frame whose header begins here, in bytes; 0 when none does. */
function frameLength(bytes: Buffer, at: number): number {
  if (bytes[at] !== 0xff) return 0;
  const [second, third] = [bytes[at + 1] ?? 0, bytes[at + 2] ?? 0];
  const version = [2.5, 0, 2, 1][(second >> 3) & 3] as number;
  const layer = [0, 3, 2, 1][(second >> 1) & 3] as number;
  const rate = sampleRates[(third >> 2) & 3];
  if ((second & 0xe0) !== 0xe0 || version === 0 || layer === 0 || rate === undefined) return 0;
  const kilobits = bitrates[`${Math.ceil(version) === 1 ? 1 : 2}/${layer}`]?.[(third >> 4) - 1];
  if (kilobits === undefined) return 0;
  const sampleRate = rate / (version === 2.5 ? 4 : version);
  const padding = (third >> 1) & 1;
  if (layer === 1) return (Math.floor((12_000 * kilobits) / sampleRate) + padding) * 4;
  const samples = layer === 3 && version !== 1 ? 72_000 : 144_000;
  return Math.floor((samples * kilobits) / sampleRate) + padding;
}

/** Version, layer and sample rate stay the same within a stream. */
const isSameStream = (bytes: Buffer, a: number, b: number): boolean =>
  ((bytes[a + 1] ?? 0) & 0xfe) === ((bytes[b + 1] ?? 0) & 0xfe) &&
  ((bytes[a + 2] ?? 0) & 0x0c) === ((bytes[b + 2] ?? 0) & 0x0c);

/**
 * Where `count` frames of one stream follow each other, or as many as there are up to the end of the bytes; -1 when nowhere.
 *
 * @param count at least 1; a stream that ends with the bytes may have one frame less
 */
export function findMpegFrames(bytes: Buffer, count: number): number {
  for (let start = bytes.indexOf(0xff); start !== -1; start = bytes.indexOf(0xff, start + 1)) {
    let at = start;
    let found = 0;
    for (; found < count; found++) {
      const length = frameLength(bytes, at);
      if (length === 0 || !isSameStream(bytes, start, at)) break;
      at += length;
      if (at >= bytes.length) break;
    }
    if (found === count || (found === count - 1 && at === bytes.length)) return start;
  }
  return -1;
}
