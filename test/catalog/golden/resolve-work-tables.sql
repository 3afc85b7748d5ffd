create temp table copycat_parent (path text, id int4, is_new bool) on commit drop;
create temp table copycat_node (ordinal int8, id int4, parent int4, is_new bool, source_id int4) on commit drop;
create temp table copycat_reject (ordinal int8, code text, message text) on commit drop;
create temp table copycat_twin (parent_path text, key text, first int8) on commit drop;
create temp table copycat_duplicate (ordinal int8) on commit drop;
create temp table copycat_changed (ordinal int8, id int4) on commit drop;
create temp table copycat_source (ordinal int8, id int4) on commit drop;
create temp table copycat_unlinked (asset_id int4) on commit drop
