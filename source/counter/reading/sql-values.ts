/** A value of the row `r` as its type's own output writes it: a cast to text would trim a char(n). NULL stays NULL. */
export function valueAsText(column: string): string {
  return `CASE WHEN r.${column} IS DISTINCT FROM NULL THEN pg_catalog.format('%s', r.${column}) END`;
}

/** Any number of values as the text of one JSON array: a function takes 100 arguments at the most. */
export function manyValues(values: readonly string[]): string {
  const parts: string[] = [];
  for (let from = 0; from < values.length; from += 90) {
    parts.push(`pg_catalog.jsonb_build_array(${values.slice(from, from + 90).join(', ')})`);
  }
  return `(${parts.join(' OPERATOR(pg_catalog.||) ')})::pg_catalog.text`;
}
