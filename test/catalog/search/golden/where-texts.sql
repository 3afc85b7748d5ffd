from "public"."nodes" n
where n.parent = $1::int
  and (((n.metadata #>> $2::text[]) like $3::text and jsonb_typeof((n.metadata #> $2::text[])) = 'string') and (((n.metadata #>> $4::text[]) like $5::text and jsonb_typeof((n.metadata #> $4::text[])) = 'string') or n.metadata @> $6::jsonb) and (((n.metadata #>> $7::text[]) like $8::text and jsonb_typeof((n.metadata #> $7::text[])) = 'string') or n.metadata @> $9::jsonb) and jsonb_to_tsvector('simple', n.metadata, '["string"]') @@ plainto_tsquery('simple', $10::text))
-- $1: 7
-- $2: ["a"]
-- $3: "x%"
-- $4: ["b"]
-- $5: "%50\\%%"
-- $6: "{\"b\":[\"50%\"]}"
-- $7: ["c"]
-- $8: "%1%"
-- $9: "{\"c\":[1]}"
-- $10: "two words"
