select pg_get_serial_sequence('"public"."nodes"', 'id') as sequence
