from "public"."nodes" n
where n.parent = $1::int
  and ((((n.metadata @> $2::jsonb or (((n.metadata #> $3::text[]) is not null) is not true))) is not true) and ((n.metadata #> $4::text[]) is not null or (n.metadata #> $5::text[]) is not null))
-- $1: 7
-- $2: "{\"a\":1}"
-- $3: ["b"]
-- $4: ["c"]
-- $5: ["d"]
