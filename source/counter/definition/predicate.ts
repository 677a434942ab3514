/** A condition on a record's own columns, parsed. Column names are unquoted; values are literals as text. */
export type Predicate =
  | { kind: 'compare'; column: string; operator: Comparison; value: string }
  | { kind: 'in'; column: string; values: readonly string[] }
  | { kind: 'null'; column: string }
  /** The column IS TRUE or IS FALSE: never unknown. */
  | { kind: 'is'; column: string; value: boolean }
  | { kind: 'and' | 'or'; of: readonly Predicate[] }
  | { kind: 'not'; of: Predicate };

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** A column as the catalog has it: quoted where SQL needs it, and its type with its schema. */
interface TypedColumn {
  quoted: string;
  type: string;
  /** How SQL writes a comparison of two values of this type; `OPERATOR(pg_catalog.=)` and its like by default. */
  operator?: (comparison: Comparison) => string;
}

/**
 * SQL for a condition on the row `alias`. Every value is cast to its column's type, and every operator has its schema, so that
 * no search_path changes the meaning. Unknown counts as false where SQL says so, since the whole stands after WHERE.
 */
export function printPredicate(
  predicate: Predicate,
  alias: string,
  column: (name: string) => TypedColumn,
): string {
  const print = (each: Predicate): string => {
    switch (each.kind) {
      case 'compare': {
        const { quoted, type, operator = qualified } = column(each.column);
        return `${alias}.${quoted} ${operator(each.operator)} ${literal(each.value)}::${type}`;
      }
      case 'in': {
        const { quoted, type, operator = qualified } = column(each.column);
        const values = each.values.map(value => `${literal(value)}::${type}`);
        return `${alias}.${quoted} ${operator('=')} ANY (ARRAY[${values.join(', ')}]::${type}[])`;
      }
      case 'null':
        return `${alias}.${column(each.column).quoted} IS NULL`;
      case 'is':
        return `${alias}.${column(each.column).quoted} IS ${each.value ? 'TRUE' : 'FALSE'}`;
      case 'not':
        return `NOT (${print(each.of)})`;
      default:
        return each.of.map(part => `(${print(part)})`).join(each.kind === 'and' ? ' AND ' : ' OR ');
    }
  };
  return print(predicate);
}

/** The columns that a condition reads, each once. */
export function columnsOf(predicate: Predicate): string[] {
  const names = (each: Predicate): string[] => {
    if ('column' in each) return [each.column];
    return each.kind === 'not' ? names(each.of) : each.of.flatMap(names);
  };
  return [...new Set(names(predicate))];
}

const qualified = (comparison: Comparison) => `OPERATOR(pg_catalog.${comparison})`;

/** A string constant that does not depend on standard_conforming_strings. */
function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
