create unlogged table copycat_parent (path text, id int4, is_new bool);
create unlogged table copycat_node (ordinal int8, id int4, parent int4, is_new bool, source_id int4);
create unlogged table copycat_reject (ordinal int8, code text, message text);
create unlogged table copycat_twin (parent_path text, key text, first int8);
create unlogged table copycat_duplicate (ordinal int8);
create unlogged table copycat_changed (ordinal int8, id int4);
create unlogged table copycat_source (ordinal int8, id int4);
create unlogged table copycat_unlinked (asset_id int4);
create unlogged table copycat_drawn (purpose text, place int8, id int4)
