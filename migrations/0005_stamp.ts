// The stamp by which Tiled knows the version of a catalog. It comes last: a catalog is one when all is there.

import { type Kysely, sql } from "kysely";
import { catalogRevision } from "./revision.ts";
import { type InSchema, isStamped } from "./stamp.ts";

export async function up(db: Kysely<unknown>, at: InSchema): Promise<void> {
  if (await isStamped(db, at)) return;
  await sql`
    create table ${at("alembic_version")} (
      version_num varchar(32) not null,
      constraint alembic_version_pkc primary key (version_num)
    )`.execute(db);
  await sql`insert into ${at("alembic_version")} (version_num) values (${catalogRevision})`.execute(db);
}
