from "public"."nodes" n
where n.parent = $1::int
  and ((n.metadata #> $2::text[]) is not null and n.specs @> $3::jsonb and n.structure_family = $4::"public"."structurefamily" and n.key = any($5::text[]))
-- $1: 7
-- $2: ["a","b"]
-- $3: "[{\"name\":\"s\"}]"
-- $4: "array"
-- $5: ["H_1","H_2"]
