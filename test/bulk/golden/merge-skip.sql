with merged as (
  insert into "site"."odd ""table""" as target ("id", "Key", "body", "updated_at")
  select "id", "Key", "body", "updated_at"
  from "staging"
  on conflict ("id", "Key") do nothing
  returning xmax = 0 as is_new
)
select count(*) filter (where is_new)::int as inserted, count(*) filter (where not is_new)::int as updated
from merged