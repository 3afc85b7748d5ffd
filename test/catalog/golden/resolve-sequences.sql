select pg_get_serial_sequence('"public"."nodes"', 'id') as nodes, pg_get_serial_sequence('"public"."data_sources"', 'id') as sources, pg_get_serial_sequence('"public"."assets"', 'id') as assets
