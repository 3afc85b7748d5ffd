from "public"."nodes" n
where n.parent = $1::int
  and (n.metadata @> any($2::jsonb[]) and (n.metadata #> $3::text[]) = any($4::jsonb[]) and (n.metadata #> $5::text[]) = any($6::jsonb[]))
-- $1: 7
-- $2: ["{\"a\":1}","{\"a\":\"x\"}"]
-- $3: ["promoted"]
-- $4: ["1","\"x\""]
-- $5: ["a"]
-- $6: ["[1]"]
