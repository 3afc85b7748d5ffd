select ((('none'::character varying))::pg_catalog."varchar")::text as v0,
  pg_catalog.to_json(((now()))::pg_catalog."timestamptz") #>> '{}' as v1,
  '\x' || pg_catalog.encode((('\x00'::bytea))::pg_catalog."bytea", 'hex') as v2,
  pg_catalog.to_json(((('{}'::text[]))::pg_catalog."_text")::text[])::text as v3,
  (((5))::pg_catalog."int4")::text as v4