select s.source, s.position, l.parameter
from copycat_source c
join copycat_stage s using (ordinal)
join "public"."data_source_asset_association" l on l.data_source_id = c.id
where s.more_assets is not null and l.parameter is not null
group by s.ordinal, s.source, s.position, l.parameter
having count(*) > 1 and bool_or(l.num is null)
order by s.ordinal
limit 1
