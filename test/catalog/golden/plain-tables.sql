create temp table copycat_container (id int4, path text) on commit drop;
create temp table copycat_above (ancestor int4, descendant int4, depth int4) on commit drop
