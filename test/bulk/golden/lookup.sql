select (wanted.position - 1)::int4, t."id"
from unnest($1::text[], $2::text[]) with ordinality as wanted (k0, k1, position)
join "public"."big" as t on t."part" = wanted.k0::pg_catalog."text" and t."number" = wanted.k1::pg_catalog."int8"