// What the service keeps: who may use it, and the answers to requests that carry a key of their own.

import { type Kysely, sql } from "kysely";

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table copycat.api_key (
      name text not null,
      -- SHA-256 of the key.
      digest bytea not null,
      scope text not null,
      created_at timestamptz not null default now(),
      revoked_at timestamptz,
      constraint api_key_pkey primary key (name),
      constraint api_key_scope check (scope in ('read', 'write')),
      constraint api_key_digest check (octet_length(digest) = 32)
    )`.execute(db);
  await sql`
    create table copycat.answered_request (
      -- The idempotency key, which is the id of the run as well.
      id uuid not null,
      -- Path and options.
      request text not null,
      -- SHA-256 of the body, unpacked.
      body_digest bytea not null,
      -- The document as it was sent, byte for byte.
      answer text not null,
      answered_at timestamptz not null default now(),
      constraint answered_request_pkey primary key (id)
    )`.execute(db);
  await sql`create index answered_request_at on copycat.answered_request (answered_at)`.execute(db);
}
