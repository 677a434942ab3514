import type { FuncCall, Node } from 'libpg-query';
import { parseExpression } from './expression.ts';
import { nameOf } from './names.ts';
import type { Parser } from './parser/parser.ts';
import { readStatements } from './read-statements.ts';
import { emptyReading, type SqlReading } from './sql-effects.ts';
import type { SqlReader } from './sql-reader.ts';

// Replaces a name that is only known at run time; no table has this name.
const unknownName = '\u0001';
const unknownPart = 'unknown_part_of_a_name';

/**
 * What SQL does that an expression assembles: a plain string, concatenated strings and variables, `format()`. Unknown values
 * are left open. If the text does not show what is written, `dynamic` says so.
 */
export function dynamicReading(
  expression: string,
  variables: ReadonlyMap<string, readonly string[]>,
  reader: SqlReader,
): SqlReading {
  const value = parseExpression(expression, reader.parser);
  const folding = new Folding(variables, reader.parser);
  const text = value ? folding.text(value, 0) : '';
  const [, verb] = /^\s*([a-z]+)/i.exec(text) ?? [];
  const unreadable = (tables: string[] | null) => ({
    ...emptyReading(),
    dynamic: [{ offset: 0, text: expression.trim(), verb: verb?.toLowerCase() ?? null, tables }],
  });
  // Only blanks means that nothing of the text is known.
  if (text.replaceAll(unknownValue, '').trim() === '') return unreadable(null);
  const reading = readStatements(text, reader);
  if (reading.problem) return unreadable(tablesGuessed(text, reader));
  if (folding.pasted && !reading.also.includes('pastes')) reading.also.push('pastes');
  if (!namesUnknown(reading)) return reading;
  // Other writes that are certain are kept.
  const known = reading.writes.filter(
    ({ table, columns }) =>
      table.name !== unknownName && !(columns ?? []).some(({ name }) => name === unknownName),
  );
  const { dynamic } = unreadable(tablesIn(reading, unknownName));
  return { ...reading, writes: known, dynamic };
}

/** The unknown part may belong to a name, as in `INSERT INTO log_` || year: then the rest of the name is known. */
function tablesGuessed(text: string, reader: SqlReader): string[] | null {
  const reading = readStatements(text.replaceAll(unknownValue, unknownPart), reader);
  return reading.problem || reading.writes.length === 0 ? null : tablesIn(reading, unknownPart);
}

function tablesIn({ writes }: SqlReading, unknown: string): string[] | null {
  return writes.length === 0 ? null : writes.map(({ table }) => table.name.replaceAll(unknown, '*'));
}

function namesUnknown({ writes, calls }: SqlReading): boolean {
  return (
    writes.some(
      ({ table, columns }) =>
        table.name === unknownName ||
        table.schema === unknownName ||
        (columns ?? []).some(({ name }) => name === unknownName),
    ) || calls.some(({ name }) => name === unknownName)
  );
}

// A parameter can replace any value, and inside a string it becomes part of the string.
const unknownValue = ' $1 ';

class Folding {
  /** True once an unknown text is in the SQL without quotes: it may be more than a value. */
  pasted = false;
  readonly #variables: ReadonlyMap<string, readonly string[]>;
  readonly #parser: Parser;

  constructor(variables: ReadonlyMap<string, readonly string[]>, parser: Parser) {
    this.#variables = variables;
    this.#parser = parser;
  }

  /** The text of an expression, with `unknownValue` for unknown parts. */
  text(node: Node, depth: number): string {
    return this.#known(node, depth) ?? this.#paste();
  }

  #paste(): string {
    this.pasted = true;
    return unknownValue;
  }

  #known(node: Node, depth: number): string | null {
    if (depth > 20) return null;
    if ('A_Const' in node) {
      const { sval, ival, fval } = node.A_Const;
      if (sval) return sval.sval ?? '';
      if (ival) return String(ival.ival ?? 0);
      return fval?.fval ?? null;
    }
    if ('TypeCast' in node) return node.TypeCast.arg ? this.#known(node.TypeCast.arg, depth + 1) : null;
    if ('A_Expr' in node) {
      const { name, lexpr, rexpr } = node.A_Expr;
      if (nameOf(name).name !== '||' || !lexpr || !rexpr) return null;
      return this.text(lexpr, depth + 1) + this.text(rexpr, depth + 1);
    }
    if ('ColumnRef' in node) return this.#variable(nameOf(node.ColumnRef.fields).name, depth);
    return 'FuncCall' in node ? this.#call(node.FuncCall, depth) : null;
  }

  #variable(name: string, depth: number): string | null {
    const [only, ...others] = this.#variables.get(name) ?? [];
    if (!only || others.length > 0) return null;
    const value = parseExpression(only, this.#parser);
    return value ? this.#known(value, depth + 1) : null;
  }

  #call({ funcname, args = [] }: FuncCall, depth: number): string | null {
    const [first] = args;
    const { name } = nameOf(funcname);
    if (name === 'concat') return args.map(arg => this.text(arg, depth + 1)).join('');
    if (!first) return null;
    if (name === 'quote_ident') return identifier(this.#known(first, depth + 1));
    if (name === 'quote_literal' || name === 'quote_nullable') return literal(this.#known(first, depth + 1));
    if (name !== 'format') return null;
    const pattern = this.#known(first, depth + 1);
    return pattern === null ? null : this.#formatted(pattern, args.slice(1), depth);
  }

  #formatted(pattern: string, args: readonly Node[], depth: number): string {
    let next = 0;
    return pattern.replace(/%(?:(\d+)\$)?-?\d*([sIL%])/g, (_, position: string | undefined, kind: string) => {
      if (kind === '%') return '%';
      if (position !== undefined) next = Number(position) - 1;
      const arg = args[next];
      next += 1;
      const value = arg ? this.#known(arg, depth + 1) : null;
      if (kind === 'I') return identifier(value);
      return kind === 'L' ? literal(value) : (value ?? this.#paste());
    });
  }
}

function identifier(value: string | null): string {
  return `"${(value ?? unknownName).replaceAll('"', '""')}"`;
}

function literal(value: string | null): string {
  return value === null ? unknownValue : `'${value.replaceAll("'", "''")}'`;
}
