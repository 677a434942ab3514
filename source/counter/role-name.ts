/** SQL for the name of a role by its oid; NULL for 0, which is PUBLIC. Planning it is cheaper than joining pg_roles, a view. */
export function roleName(oid: string): string {
  return `CASE ${oid} WHEN 0 THEN NULL ELSE pg_get_userbyid(${oid}) END`;
}
