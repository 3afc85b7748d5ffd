create temp table "staging" (
  "id" int8,
  "Key" text,
  "body" jsonb,
  "updated_at" text
) on commit drop