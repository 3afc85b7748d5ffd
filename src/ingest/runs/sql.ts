// The statements on the record of runs.

import { isLockedSql } from "../../database/index.ts";

export const runTable = "copycat.run";

/** First key of the advisory lock that a run holds while it goes on; the second one is a hash of its id. */
export const runLockClass = 7_266_838;

/**
 * $1 id, $2 schema, $3 dataset, $4 source, $5 inputs, $6 options, $7 counts, $8 rejects file, then `whoNames`. A caller who
 * chose the id may begin again what did not get in; nothing when it did.
 */
export const beginRunSql = `\
insert into ${runTable} as r (id, catalog_schema, dataset, source, inputs, options, counts, rejects_file,
  os_user, host, process_id, version, database_user, status, started_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, current_user, 'running', now())
on conflict on constraint run_pkey do update
set catalog_schema = excluded.catalog_schema, dataset = excluded.dataset, source = excluded.source,
  inputs = excluded.inputs, options = excluded.options, counts = excluded.counts, rejects_file = excluded.rejects_file,
  os_user = excluded.os_user, host = excluded.host, process_id = excluded.process_id, version = excluded.version,
  database_user = excluded.database_user, status = 'running', started_at = excluded.started_at, finished_at = null,
  elapsed_ms = null, error = null, report = null, position = null
where r.status in ('running', 'failed') and r.commits = 0`;

/** $1 id, $2 system user, $3 host, $4 process, $5 version. Nothing when it ended meanwhile. */
export const resumeRunSql = `\
update ${runTable}
set status = 'running', finished_at = null, error = null,
  os_user = $2, host = $3, process_id = $4, version = $5, database_user = current_user
where id = $1 and status in ('running', 'failed')`;

/** $1 id, $2 host, $3 process. Nothing when the run is another process's by now. */
export const lockRunSql = `\
select counts from ${runTable}
where id = $1 and status = 'running' and host = $2 and process_id = $3 for update`;

/** $1 id, $2 counts, $3 position, $4 elapsed. */
export const advanceRunSql = `\
update ${runTable} set counts = $2, position = $3, elapsed_ms = $4, commits = commits + 1 where id = $1`;

/** $1 id, $2 host, $3 process, $4 status, $5 elapsed, $6 report, $7 dataset, $8 source, $9 rejects file, $10 counts. */
export const finishRunSql = `\
update ${runTable}
set status = $4, elapsed_ms = $5, report = $6, dataset = $7, source = $8, rejects_file = $9, finished_at = now(),
  error = null, position = null, counts = coalesce($10, counts)
where id = $1 and host = $2 and process_id = $3`;

/** $1 id, $2 host, $3 process, $4 elapsed, $5 error. */
export const failRunSql = `\
update ${runTable} set status = 'failed', elapsed_ms = $4, error = $5, finished_at = now()
where id = $1 and host = $2 and process_id = $3 and status = 'running'`;

const statusSql = `\
case when r.status = 'running' and not ${isLockedSql(runLockClass, "r.id::text")} then 'interrupted' else r.status end`;

const summarySql = `\
r.id, s.status, r.dataset, r.source, r.inputs, r.started_at as "startedAt", r.finished_at as "finishedAt",
  r.elapsed_ms::float8 as "elapsedMs", r.version, r.database_user as "databaseUser", r.os_user as "systemUser",
  r.options ->> 'by' as by, r.host, r.process_id as "processId", r.counts, r.commits, r.rejects_file as "rejectsFile", r.error`;

const fromSql = `from ${runTable} r cross join lateral (select ${statusSql} as status) s`;

/** $1 dataset or null, $2 status or null, $3 limit, $4 schema of the catalog. A run may fill several data sets. */
export const listRunsSql = `\
select ${summarySql}
${fromSql}
where ($1::text is null or r.dataset = $1 or $1 = any (string_to_array(r.dataset, ', ')))
  and ($2::text is null or s.status = $2) and r.catalog_schema = $4
order by r.started_at desc, r.id
limit $3`;

/** $1 pattern of ids. Two rows are enough to know that it is not unique. */
export const getRunSql = `\
select ${summarySql}, r.catalog_schema as "catalogSchema", r.options, r.position, r.report
${fromSql}
where r.id::text like $1
order by r.id
limit 2`;
