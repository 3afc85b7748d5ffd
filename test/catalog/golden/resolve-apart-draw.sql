insert into copycat_drawn (purpose, place, id)
select $3::text, g, nextval($1::regclass)::int4 from generate_series(1, $2::int4) g
