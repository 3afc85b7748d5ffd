// IEEE 754 half precision, which JavaScript lacks before Float16Array (Node 24).

const single = new Float32Array(1);
const bits = new Uint32Array(single.buffer);

/** 65,520 lies between the largest half, 65,504, and the next; from there on it rounds to infinity. */
const infinityFrom = 0x477f_f000;
/** 2^-14, the smallest half that is not subnormal. */
const normalFrom = 0x3880_0000;

/** Rounds a float4 to the nearest half, ties to even, as pgvector's Float4ToHalf does. Null beyond 65,504. */
export function toHalfBits(value: number): number | null {
  single[0] = value;
  const all = bits[0] as number;
  const sign = (all >>> 16) & 0x8000;
  const magnitude = all & 0x7fff_ffff;
  if (magnitude >= infinityFrom) return null;
  if (magnitude < normalFrom) return sign | roundHalfEven(Math.abs(single[0] as number) * 2 ** 24);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x3800_0000) >>> 13);
}

export function fromHalfBits(half: number): number {
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  const magnitude = exponent === 0 ? fraction * 2 ** -24 : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return (half & 0x8000) === 0 ? magnitude : -magnitude;
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
