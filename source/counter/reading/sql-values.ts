/** The cast after which a value is already the text of its type's output format. */
const plainText = 'pg_catalog.text';

/**
 * SQL for a value of the row `r` in its type's output format, or in that of `cast`: a cast to text would trim a char(n). NULL stays
 * NULL.
 */
export function valueAsText(column: string, cast: string | null = null): string {
  const value = `r.${column}${cast === null ? '' : `::${cast}`}`;
  if (cast === plainText) return value;
  return `CASE WHEN r.${column} IS DISTINCT FROM NULL THEN pg_catalog.format('%s', ${value}) END`;
}

/** SQL for any number of texts as the text of one JSON array. json_build_array() takes at most 100, and is slower. */
export function manyValues(values: readonly string[]): string {
  return `pg_catalog.array_to_json(ARRAY[${values.join(', ')}]::pg_catalog.text[])::pg_catalog.text`;
}
