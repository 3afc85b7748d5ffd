from "public"."nodes" n
where n.parent = $1::int
  and (n.metadata @> $2::jsonb and (n.metadata #> $3::text[]) = $4::jsonb and (n.metadata @> $5::jsonb and (n.metadata #> $6::text[]) = $7::jsonb) and (n.metadata #> $8::text[]) = $9::jsonb)
-- $1: 7
-- $2: "{\"a\":{\"b\":1}}"
-- $3: ["promoted"]
-- $4: "1"
-- $5: "{\"a\":[1]}"
-- $6: ["a"]
-- $7: "[1]"
-- $8: ["a","0"]
-- $9: "1"
