import { literal } from '../../format/sql-literal.ts';
import type { Operators } from '../operators.ts';

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
export interface TypedColumn {
  quoted: string;
  type: string;
  /** The type that a value is cast to, if not the column's: 3.5 is no integer. */
  castOf?: (value: string) => string;
  /** The operators of a type that is not one of PostgreSQL's own; those of pg_catalog by default. */
  operators?: Operators | null;
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
      case 'compare':
        return comparison(alias, column(each.column), each.operator, each.value);
      case 'in': {
        const { quoted, type, castOf, operators } = column(each.column);
        const widest =
          each.values.map(value => castOf?.(value) ?? type).find(other => other !== type) ?? type;
        const values = each.values.map(value => `${literal(value)}::${widest}`);
        return `${alias}.${quoted}${operators?.equal ?? qualified('=')} ANY (ARRAY[${values.join(', ')}]::${widest}[])`;
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

function comparison(
  alias: string,
  { quoted, type, castOf, operators }: TypedColumn,
  operator: Comparison,
  value: string,
): string {
  const left = `${alias}.${quoted}`;
  if (!operators) return `${left}${qualified(operator)} ${literal(value)}::${castOf?.(value) ?? type}`;
  // Each of its operators begins with the cast of the value before it.
  const { equal, above, upTo, of } = operators;
  const right = literal(value);
  switch (operator) {
    case '=':
      return `${left}${equal} ${right}${of}`;
    case '<>':
      return `NOT (${left}${equal} ${right}${of})`;
    case '>':
      return `${left}${above} ${right}${of}`;
    case '<=':
      return `${left}${upTo} ${right}${of}`;
    case '<':
      return `${right}${above} ${left}${of}`;
    default:
      return `${right}${upTo} ${left}${of}`;
  }
}

/** The columns that a condition reads, each once. */
export function columnsOf(predicate: Predicate): string[] {
  const names = (each: Predicate): string[] => {
    if ('column' in each) return [each.column];
    return each.kind === 'not' ? names(each.of) : each.of.flatMap(names);
  };
  return [...new Set(names(predicate))];
}

const qualified = (comparison: Comparison) => ` OPERATOR(pg_catalog.${comparison})`;
