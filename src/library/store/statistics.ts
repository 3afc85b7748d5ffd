// A library in numbers, now and at the end of each scan.

import { ask } from "./ask.ts";
import type { LibraryScope } from "./tables.ts";
import { transact } from "./transact.ts";

export interface LibraryStatistics {
  /** Active files. */
  files: number;
  inactive: number;
  missing: number;
  /** Bytes of the active files. */
  bytes: number;
  /** Seconds of the active files that have a duration. */
  seconds: number;
  /** Active files by format, the most frequent first. */
  formats: Record<string, number>;
  artists: number;
  albums: number;
  lastScannedAt: Date | null;
  /** Of the last scan that was finished. */
  lastScanMs: number | null;
}

interface StatisticsRow {
  files: string;
  inactive: string;
  missing: string;
  bytes: string;
  seconds: number;
  formats: [format: string, files: number][] | null;
  artists: string;
  albums: string;
  last_scanned_at: Date | null;
  scan_ms: number | null;
}

export async function getStatistics({
  database,
  tables,
  libraryId,
}: LibraryScope): Promise<LibraryStatistics> {
  const text = `
    with numbers as (
      select count(*) filter (where is_active) as files,
        count(*) filter (where not is_active) as inactive,
        count(*) filter (where state = 'missing') as missing,
        coalesce(sum(size) filter (where is_active), 0) as bytes,
        coalesce(sum(duration_s) filter (where is_active), 0) as seconds,
        count(distinct artist) filter (where is_active) as artists,
        count(distinct (coalesce(albumartist, artist), album)) filter (where is_active and album is not null) as albums
      from ${tables.file} where library_id = $1
    ), formats as (
      select json_agg(json_build_array(format, files) order by files desc, format) as formats
      from (
        select format, count(*) as files from ${tables.file} where library_id = $1 and is_active group by format
      ) f
    )
    select numbers.*, formats.formats, l.last_scanned_at, (
        select s.scan_ms from ${tables.stats} s
        where s.library_id = $1 and s.scan_ms is not null order by s.created_at desc limit 1
      ) as scan_ms
    from numbers, formats, ${tables.library} l where l.id = $1`;
  const [row] = await ask<StatisticsRow>(
    { database },
    { text, values: [libraryId], doing: "Counting files" },
  );
  return statisticsOf(row);
}

function statisticsOf(row: StatisticsRow | undefined): LibraryStatistics {
  return {
    files: Number(row?.files ?? 0),
    inactive: Number(row?.inactive ?? 0),
    missing: Number(row?.missing ?? 0),
    bytes: Number(row?.bytes ?? 0),
    seconds: row?.seconds ?? 0,
    formats: Object.fromEntries(row?.formats ?? []),
    artists: Number(row?.artists ?? 0),
    albums: Number(row?.albums ?? 0),
    lastScannedAt: row?.last_scanned_at ?? null,
    lastScanMs: row?.scan_ms ?? null,
  };
}

/** In a transaction, as `saveVetting`: tried again, never stored twice. */
export async function saveStatistics(
  scope: LibraryScope,
  { scanMs }: { scanMs?: number } = {},
): Promise<LibraryStatistics> {
  const statistics = await getStatistics(scope);
  const { files, bytes, formats, artists, albums } = statistics;
  const { tables, libraryId } = scope;
  const now = new Date();
  await transact(scope, { doing: "Storing the statistics" }, (client) =>
    client.query(
      `with saved as (
        insert into ${tables.stats}
          (library_id, total_files, total_size, formats, artists, albums, scan_ms, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
      )
      update ${tables.library} set last_scanned_at = $8 where id = $1 and $7::float8 is not null`,
      [libraryId, files, bytes, JSON.stringify(formats), artists, albums, scanMs ?? null, now],
    ),
  );
  return scanMs === undefined ? statistics : { ...statistics, lastScannedAt: now, lastScanMs: scanMs };
}
