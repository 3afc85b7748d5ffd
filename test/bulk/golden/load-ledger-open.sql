insert into copycat.bulk_load (load_id, lane, lanes, target, policy)
select $1, lane, $2, $3, $4 from generate_series(0, $2 - 1) as lane
on conflict (load_id, lane) do nothing