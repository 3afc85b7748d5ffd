select exists (select from "public"."assets") or exists (select from copycat_stage where file_ordinal = ordinal group by data_uri having count(*) > 1) as found
