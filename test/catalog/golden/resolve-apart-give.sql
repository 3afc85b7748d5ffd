update copycat_node r
set id = n.id, source_id = d.id
from (
  select ordinal, row_number() over (order by ordinal) as place,
    case when source_id is not null then count(source_id) over (order by ordinal) end as source_place
  from copycat_node where is_new and id = 0
) w
join copycat_drawn n on n.purpose = 'node' and n.place = w.place
left join copycat_drawn d on d.purpose = 'source' and d.place = w.source_place
where w.ordinal = r.ordinal
