// The stamp by which Tiled knows the version of a catalog. It comes last: a catalog is one when all is there.

import { type Kysely, sql } from "kysely";
import { catalogRevision } from "./revision.ts";
import { isStamped } from "./stamp.ts";

export async function up(db: Kysely<unknown>): Promise<void> {
  if (await isStamped(db)) return;
  await sql`
    create table public.alembic_version (
      version_num varchar(32) not null,
      constraint alembic_version_pkc primary key (version_num)
    )`.execute(db);
  await sql`insert into public.alembic_version (version_num) values (${catalogRevision})`.execute(db);
}
