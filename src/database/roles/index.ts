export { applyRoles } from "./applyRoles.ts";
export { type RoleNames, type RoleSchemas, rolesSql } from "./rolesSql.ts";
