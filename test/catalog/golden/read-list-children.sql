select id, key::text, structure_family::text as family
from "public"."nodes" where parent = $1 and id > $2 order by id limit $3
