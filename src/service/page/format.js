// Numbers and times as people read them.

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });

/** 1234567 as "1,234,567". */
export function formatCount(count) {
  return whole.format(count);
}

/** 12345 as "12.3k", for axes. */
export function formatShort(count) {
  return short.format(count).replace("K", "k");
}

/** 12345 as "12,300": more digits of a rate are noise, and only make it flicker. */
export function formatRate(rate) {
  return whole.format(Number(rate.toPrecision(3)));
}

/** Bytes as "3.1 MB". */
export function formatBytes(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toPrecision(2)} ${units[unit]}`;
}

/** Milliseconds as "320 ms", "4.2 s", "3:05 min" or "1:02:03 h". */
export function formatDuration(ms) {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  const two = (part) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  if (hours === 0) return `${minutes}:${two(seconds % 60)} min`;
  return `${hours}:${two(minutes)}:${two(seconds % 60)} h`;
}

/** A time of today as "14:03:22", another as "2026-11-21 14:03". */
export function formatTime(date, now = new Date()) {
  const two = (part) => String(part).padStart(2, "0");
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (date.toDateString() === now.toDateString()) return `${time}:${two(date.getSeconds())}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`;
}
