from "public"."nodes" n
where n.parent = $1::int
  and (((n.metadata #> $2::text[]) < $3::jsonb and (n.metadata #> $2::text[]) >= '-9.999e131071'::jsonb) and ((n.metadata #> $4::text[]) >= $5::jsonb and (n.metadata #> $4::text[]) < '-9.999e131071'::jsonb) and ((n.metadata #> $6::text[]) > $7::jsonb and (n.metadata #> $6::text[]) < '[null]'::jsonb) and (jsonb_typeof((n.metadata #> $8::text[])) = 'array' and (n.metadata #> $8::text[]) > $9::jsonb) and ((n.metadata #> $10::text[]) >= $11::jsonb and (n.metadata #> $10::text[]) <= $12::jsonb) and (n.metadata #> $13::text[]) <> $14::jsonb)
-- $1: 7
-- $2: ["a"]
-- $3: "1"
-- $4: ["b"]
-- $5: "\"x\""
-- $6: ["c"]
-- $7: "true"
-- $8: ["d"]
-- $9: "[1]"
-- $10: ["e"]
-- $11: "1"
-- $12: "2"
-- $13: ["f"]
-- $14: "1"
