import type { Predicate } from './predicate.ts';

/**
 * A condition as a person would write it, for the configuration and for reading; `parsePredicate` reads it back. `quote` quotes
 * a column where SQL needs it.
 */
export function predicateText(predicate: Predicate, quote: (name: string) => string): string {
  const inner = (each: Predicate) => {
    const text = predicateText(each, quote);
    return each.kind === 'and' || each.kind === 'or' ? `(${text})` : text;
  };
  switch (predicate.kind) {
    case 'compare':
      return `${quote(predicate.column)} ${predicate.operator} ${constant(predicate.value)}`;
    case 'in':
      return `${quote(predicate.column)} IN (${predicate.values.map(constant).join(', ')})`;
    case 'null':
      return `${quote(predicate.column)} IS NULL`;
    case 'is':
      return `${quote(predicate.column)} IS ${predicate.value ? 'TRUE' : 'FALSE'}`;
    case 'not':
      if (predicate.of.kind === 'null') return `${quote(predicate.of.column)} IS NOT NULL`;
      if (predicate.of.kind === 'is')
        return `${quote(predicate.of.column)} IS NOT ${predicate.of.value ? 'TRUE' : 'FALSE'}`;
      return `NOT (${predicateText(predicate.of, quote)})`;
    default:
      return predicate.of.map(inner).join(predicate.kind === 'and' ? ' AND ' : ' OR ');
  }
}

/** A text constant, which every type can be compared with. */
function constant(value: string): string {
  if (/^-?\d+(\.\d+)?$/.test(value) || value === 'true' || value === 'false') return value;
  const quoted = value.replaceAll("'", "''");
  return value.includes('\\') ? `E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}
