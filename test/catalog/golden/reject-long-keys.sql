insert into copycat_reject (ordinal, code, message)
select ordinal, 'key_too_long', $2 from unnest($1::int8[]) as t (ordinal)
