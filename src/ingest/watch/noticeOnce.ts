// What every batch would say again (that the role may not keep account of runs, say) is told once.

import type { Log } from "../../log.ts";

const maxNotices = 1000;

/** A log that passes on each notice the first time; beyond a thousand different ones it passes on all. */
export function noticeOnce(log: Log): Log {
  const told = new Set<string>();
  return {
    notice: (message) => {
      if (told.has(message)) return;
      if (told.size < maxNotices) told.add(message);
      log.notice(message);
    },
  };
}
