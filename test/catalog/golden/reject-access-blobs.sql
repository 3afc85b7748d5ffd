insert into copycat_reject (ordinal, code, message)
select s.ordinal, 'access_blob_unsupported',
  'this catalog is one of Tiled 0.2.19 or newer, which has no access_blob but tags; take it out of the record, load that, ' ||
  'and give the node its tags with Tiled: update_metadata(access_tags=[...])'
from copycat_stage s
where s.access_blob <> '{}' and not exists (select from copycat_reject x where x.ordinal = s.ordinal)
