select s.source, s.position, x.code, x.message, (jsonb_build_object(
    'path', s.parent_path || '/' || s.key,
    'structure_family', s.structure_family,
    'metadata', s.metadata,
    'specs', s.specs)
  || case when s.access_blob = '{}' then '{}'::jsonb else jsonb_build_object('access_blob', s.access_blob) end
  || case when s.mimetype is null then '{}'::jsonb else jsonb_build_object('data_source', jsonb_build_object(
    'mimetype', s.mimetype,
    'structure', (select o.structure from copycat_stage o
                  where o.structure_id = s.structure_id and o.structure is not null limit 1),
    'parameters', s.parameters,
    'properties', s.properties,
    'management', s.management,
    'assets', jsonb_build_array(jsonb_build_object(
      'data_uri', s.data_uri, 'is_directory', s.is_directory, 'size', s.size,
      'parameter', s.parameter, 'num', s.num)) || coalesce(s.more_assets, '[]'))) end)::text as record
from copycat_reject x
join copycat_stage s using (ordinal)
order by x.ordinal
