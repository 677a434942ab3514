/**
 * SQL for a value of the row `r` in its type's output format, or in that of `cast`: a cast to text would trim a char(n). NULL stays
 * NULL.
 */
export function valueAsText(column: string, cast: string | null = null): string {
  const value = `r.${column}${cast === null ? '' : `::${cast}`}`;
  return `CASE WHEN r.${column} IS DISTINCT FROM NULL THEN pg_catalog.format('%s', ${value}) END`;
}

const most = 90;

/** SQL for any number of values as the text of one JSON array: a function accepts at most 100 arguments. */
export function manyValues(values: readonly string[]): string {
  // Arrays of json cannot be joined, but are made in two thirds of the time.
  if (values.length <= most) return `pg_catalog.json_build_array(${values.join(', ')})::pg_catalog.text`;
  const parts: string[] = [];
  for (let from = 0; from < values.length; from += most) {
    parts.push(`pg_catalog.jsonb_build_array(${values.slice(from, from + most).join(', ')})`);
  }
  return `(${parts.join(' OPERATOR(pg_catalog.||) ')})::pg_catalog.text`;
}
