select from "public"."structures" t
where t.id in (select s.structure_id from copycat_stage s where s.structure_id is not null)
order by t.id
for key share
