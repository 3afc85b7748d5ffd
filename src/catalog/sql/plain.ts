// An empty catalog and rows that are all new: ids follow from the place in the input, so nothing is looked up or read
// back. $1 is what a row's ordinal has to be added to for the id of its node, $2 for that of its data source, and so on.

import { stagingName } from "../staging.ts";
import { type CatalogNames, type CatalogTarget, contentColumns, nodesTable } from "../tables.ts";

/** $2 is the time. */
export function insertPlainNodesSql(names: CatalogTarget): string {
  const columns = nodesTable(names).columns.map(({ name }) => name);
  return `\
insert into ${names.nodes} (${columns.join(", ")})
select ($1::int8 + ordinal)::int4, coalesce(($1::int8 + parent_ordinal)::int4, 0), key, structure_family::${names.familyType},
  ${contentColumns(names)}, $2::timestamp, $2::timestamp
from ${stagingName}`;
}

/** $3 is the time. */
export function insertPlainSourcesSql(names: CatalogNames): string {
  return `\
insert into ${names.dataSources} (id, node_id, structure_id, mimetype, parameters, properties, management,
  structure_family, time_created, time_updated)
select ($2::int8 + ordinal)::int4, ($1::int8 + ordinal)::int4, structure_id, mimetype, parameters, properties,
  management::${names.managementType}, structure_family::${names.familyType}, $3::timestamp, $3::timestamp
from ${stagingName}
where mimetype is not null`;
}

/** $1 as $3 below, $2 is the time. Only the first row of a file brings it. */
export function insertPlainAssetsSql(names: CatalogNames): string {
  return `\
insert into ${names.assets} (id, data_uri, is_directory, size, time_created, time_updated)
select ($1::int8 + ordinal)::int4, data_uri, is_directory, size, $2::timestamp, $2::timestamp
from ${stagingName}
where file_ordinal = ordinal`;
}

/** $1 as $2 above, $2 for the id of a file. */
export function insertPlainAssociationsSql(names: CatalogNames): string {
  return `\
insert into ${names.associations} (data_source_id, asset_id, parameter, num)
select ($1::int8 + ordinal)::int4, ($2::int8 + file_ordinal)::int4, parameter, num
from ${stagingName}
where file_ordinal is not null`;
}

/** A file that was there before, or one that two rows name first. */
export function findFileTwinsSql(names: CatalogNames, mayRepeat: boolean): string {
  const repeats = `\
 or exists (select from ${stagingName} where file_ordinal = ordinal group by data_uri having count(*) > 1)`;
  return `select exists (select from ${names.assets})${mayRepeat ? repeats : ""} as found`;
}
