select n.id, n.key as path, n.structure_family as "structureFamily", n.metadata
from "public"."nodes" n
where n.parent = $5::int
  and ((n.id > $1::int))
  and n.id = any(array(select c.id from "public"."nodes" c where c.parent = $3::int and c.id > $2::int
    order by c.id limit $4::int8))
order by n.id
limit $6::int8
-- $1: 9
-- $2: 9
-- $3: 7
-- $4: 21
-- $5: 7
-- $6: 21
