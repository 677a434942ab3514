import { inSchema } from '../../connection/search-path.ts';
import type { Column } from '../../counter/discovery/find-column.ts';
import { builtIn } from '../../counter/operators.ts';

/** SQL for a column of `alias` being the text `value`, compared as the column's own type does. */
export function isValue(alias: string, { quoted, plainType, operators }: Column, value: string): string {
  return `${alias}.${quoted} ${(operators ?? builtIn).equal} ${value}::${operators?.type ?? inSchema(plainType)}`;
}

/** SQL for all conditions; true if there are none. */
export function allOf(conditions: readonly string[]): string {
  return conditions.length > 0 ? conditions.join(' AND ') : 'true';
}
