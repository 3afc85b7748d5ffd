// When a file's time says nothing: it may be written again within the tick of the clock in which it was written last.

const nsPerMs = 1_000_000n;
const nsPerSecond = 1_000_000_000n;

/**
 * The time that is remembered of a file; null when it was written just before it was read, so that the next scan reads it
 * again. A tick is a few milliseconds, and a second or two where the file system keeps whole seconds.
 *
 * @param modifiedNs nanoseconds since 1970
 */
export function knownTime(modifiedNs: bigint, readAtMs: number): bigint | null {
  const tickMs = modifiedNs % nsPerSecond === 0n ? 2_000 : 20;
  const age = readAtMs - Number(modifiedNs / nsPerMs);
  return age >= 0 && age < tickMs ? null : modifiedNs;
}
