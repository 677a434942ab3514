/** What the functions that `migrate` installs for a counter ask about the event. */
export const isOperation = (event: 'INSERT' | 'DELETE' | 'TRUNCATE') =>
  `TG_OP OPERATOR(pg_catalog.=) '${event}'`;

/** How such a function begins: it is known by that, also in a copy of the database without comments. */
export const installedStart = `
DECLARE
  changed pg_catalog.record;
BEGIN
  IF `;

/** Whether a body was installed so that deleted records stay counted: it does not know of DELETE, whatever triggers are left of it. */
export function keepsDeleted(source: string): boolean {
  return source.startsWith(installedStart) && !source.includes(isOperation('DELETE'));
}
