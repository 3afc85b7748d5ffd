-- What all scripts begin with: the first error ends them, and the clock of the server starts when psql is connected.
\set ON_ERROR_STOP on
\pset tuples_only on
\pset format unaligned
\set mark 'select extract(epoch from clock_timestamp()),'
:mark 'start';
