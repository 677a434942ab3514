import { assigned } from './assigned.ts';
import { nameParts, splitAssignment } from './body/assignment.ts';
import { namedByType } from './body/named.ts';
import { dynamicReading } from './dynamic.ts';
import { parseExpression } from './expression.ts';
import { folded } from './names.ts';
import { parseFragments } from './parser/parse-fragments.ts';
import { type Parser, refusalOf } from './parser/parser.ts';
import { readStatements } from './read-statements.ts';
import { addReading, emptyReading, type SqlReading, type SqlTerm, type SqlValue } from './sql-effects.ts';
import type { SqlReader } from './sql-reader.ts';

/** The parser's tree of a body: objects whose only key is their type, such as `PLpgSQL_stmt_if`. */
type Tree = Record<string, unknown>;

interface Expression {
  query: string;
  /** RawParseMode: 0 a statement, 2 an expression, 3 to 5 an assignment. */
  parseMode?: number;
}

/** What a PL/pgSQL body does. `statement` is the CREATE FUNCTION or DO around it. */
export function readPlpgsql(source: string, statement: string, reader: SqlReader): SqlReading {
  let tree: Tree;
  try {
    tree = reader.parser.parsePlPgSQLSync(rowsAsRecords(statement)) as Tree;
  } catch (error) {
    return loosely(source, refusalOf(error).message, reader);
  }
  const body = new Body(source, reader);
  body.name(rowFields(tree));
  body.visit(tree, { line: 1, key: '' });
  return body.finished();
}

/**
 * Without a catalog the parser does not know the fields of a row type, and refuses to assign them. A record, or a type that it
 * does not know, may have any field.
 */
export function rowsAsRecords(statement: string): string {
  return statement.replace(/%\s*rowtype\b/gi, part => ' '.repeat(part.length));
}

/** If a body as a whole is refused: what its statements write, read one by one. */
function loosely(source: string, message: string, reader: SqlReader): SqlReading {
  const reading = emptyReading();
  for (const { text, offset } of parseFragments(source, reader.parser)) {
    addReading(reading, { ...readStatements(text, reader), problem: null }, inner => offset + inner);
  }
  return { ...reading, problem: { message, offset: 0 } };
}

interface Where {
  line: number;
  /** Its key in the parent. */
  key: string;
}

class Body {
  readonly #reading = emptyReading();
  readonly #lines: number[];
  /** What variables are set to, to find the text of EXECUTE. */
  readonly #variables = new Map<string, string[]>();
  readonly #executed: { expression: string; offset: number }[] = [];
  /** The terms that variables are set to, if that can be told. */
  readonly #terms = new Map<string, SqlTerm[]>();

  readonly #source: string;
  readonly #reader: SqlReader;

  constructor(source: string, reader: SqlReader) {
    this.#source = source;
    this.#reader = reader;
    this.#lines = [0];
    for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) this.#lines.push(at + 1);
  }

  /** What was found, including dynamic SQL, which may be in variables that are set anywhere. */
  finished(): SqlReading {
    for (const { expression, offset } of this.#executed) {
      addReading(this.#reading, dynamicReading(expression, this.#variables, this.#reader), () => offset);
    }
    const { equals, gives, lookups } = this.#reading;
    this.#reading.equals = equals.flatMap(({ left, right }) =>
      this.#meant(left).flatMap(one => this.#meant(right).map(other => ({ left: one, right: other }))),
    );
    this.#reading.lookups = lookups.map(each => this.#withVariables(each));
    this.#reading.gives = gives.flatMap(each => this.#meant(each));
    return this.#reading;
  }

  /** What a term stands for if it is a variable; without a catalog a variable looks like a column of the table at hand. */
  #meant(each: SqlTerm, depth = 0): SqlTerm[] {
    const name =
      each.kind === 'column'
        ? each.column
        : each.calls.length === 0 && each.names.length === 1
          ? each.names[0]
          : '';
    const known = this.#terms.get(name ?? '');
    if (known && depth < 4) return known.flatMap(other => this.#keyed(this.#meant(other, depth + 1), each));
    return [each.kind === 'value' ? this.#withVariables(each) : each];
  }

  /** What is taken from a variable is taken from what it is set to. */
  #keyed(terms: SqlTerm[], from: SqlTerm): SqlTerm[] {
    if (from.kind === 'column' || from.keys.length === 0) return terms;
    return terms.flatMap(each =>
      each.kind === 'value' ? [{ ...each, keys: [...from.keys, ...each.keys] }] : [],
    );
  }

  #withVariables(value: SqlValue): SqlValue {
    const given = value.names.flatMap(name =>
      (this.#terms.get(name) ?? []).filter(each => each.kind === 'value'),
    );
    return { ...value, calls: [...value.calls, ...given.flatMap(({ calls }) => calls)] };
  }

  name(rows: SqlReading['rows']): void {
    addReading(this.#reading, { ...emptyReading(), rows });
  }

  visit(value: unknown, where: Where): void {
    if (Array.isArray(value)) {
      for (const each of value) this.visit(each, where);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    const tree = value as Tree;
    const line = typeof tree.lineno === 'number' && tree.lineno > 0 ? tree.lineno : where.line;
    for (const [key, child] of Object.entries(tree)) this.#node(key, child, { line, key: where.key });
  }

  #node(key: string, child: unknown, { line, key: parent }: Where): void {
    const at = lineOf(child, line);
    switch (key) {
      case 'PLpgSQL_expr':
        this.#expression(child as Expression, at, parent);
        return;
      case 'target':
      case 'var':
        this.#target(child, at);
        break;
      case 'PLpgSQL_var':
        this.#initial(child as Tree);
        break;
      case 'PLpgSQL_type':
        this.#reading.named.push(...namedByType(String((child as Tree).typname ?? '')));
        break;
      case 'PLpgSQL_stmt_return': {
        const query = ((child as Tree).expr as { PLpgSQL_expr?: Expression } | undefined)?.PLpgSQL_expr
          ?.query;
        if (query !== undefined) this.#reading.gives.push(...this.#termsOf(`SELECT ${query}`));
        break;
      }
      case 'PLpgSQL_stmt_execsql':
        this.#selectedInto(child as Tree);
        break;
      case 'PLpgSQL_stmt_dynexecute':
      case 'PLpgSQL_stmt_dynfors': {
        const { query, ...rest } = child as Tree;
        this.visit(query, { line: at, key: 'dynquery' });
        this.visit(rest, { line: at, key });
        return;
      }
      case 'PLpgSQL_stmt_raise':
        if (((child as Tree).elog_level ?? raiseError) === raiseError) this.#also('raises');
        break;
    }
    this.visit(child, { line: at, key });
  }

  #also(what: SqlReading['also'][number]): void {
    if (!this.#reading.also.includes(what)) this.#reading.also.push(what);
  }

  #expression({ query, parseMode = 0 }: Expression, line: number, parent: string): void {
    const offset = this.#find(query, line);
    if (parent === 'dynquery') this.#executed.push({ expression: query, offset });
    if (parseMode === 0) this.#read(query, offset);
    else if (parseMode === 2) this.#value(query, offset);
    else this.#assignment(query, offset);
  }

  #read(text: string, offset: number): void {
    const reading = { ...readStatements(text, this.#reader), gives: [] };
    addReading(this.#reading, reading, inner => Math.max(0, offset + inner));
  }

  /** An expression is read like that of a SELECT, but its functions are called for their value. */
  #value(text: string, offset: number): void {
    const prefix = 'SELECT ';
    const reading = readStatements(prefix + text, this.#reader);
    for (const call of reading.calls) call.performed = false;
    reading.gives = [];
    addReading(this.#reading, reading, inner => Math.max(0, offset + inner - prefix.length));
  }

  #assignment(query: string, offset: number): void {
    const split = splitAssignment(query);
    if (!split) {
      this.#reading.problem ??= { message: `an assignment that is not read: ${query}`, offset };
      return;
    }
    const expression = query.slice(split.at);
    this.#value(expression, offset + split.at);
    const [row = '', column] = split.target;
    if (split.target.length === 1) {
      this.#remember(row, expression);
      this.#means(row, `SELECT ${expression}`);
    }
    this.#field(row, column, expression, offset, query);
  }

  /** Records what is done to NEW or OLD; any other variable is local to the body. */
  #field(row: string, column: string | undefined, expression: string | null, offset: number, text: string) {
    if (row !== 'new' && row !== 'old') return;
    if (column !== undefined && expression !== null) {
      const left: SqlTerm = { kind: 'column', table: { schema: null, name: row }, column };
      this.#reading.equals.push(...this.#termsOf(`SELECT ${expression}`).map(right => ({ left, right })));
    }
    this.#reading.fields.push({
      row,
      column: column === undefined ? null : assignedBy(column, expression, this.#reader.parser),
      offset,
      text,
    });
  }

  /** INTO, FETCH and loops set the variables that they name. */
  #target(child: unknown, line: number): void {
    const { PLpgSQL_row: row, PLpgSQL_rec: rec } = (child ?? {}) as {
      PLpgSQL_row?: Tree;
      PLpgSQL_rec?: Tree;
    };
    const names = ((row?.fields ?? []) as { name?: string }[]).map(({ name = '' }) => name);
    if (typeof rec?.refname === 'string') names.push(rec.refname);
    const offset = this.#lines[line - 1] ?? 0;
    for (const name of names) {
      const [variable = '', column] = nameParts(name);
      this.#remember(variable, null);
      this.#field(variable, column, null, offset, name);
    }
  }

  #initial({ refname, default_val: initial }: Tree): void {
    const query = ((initial as Tree | undefined)?.PLpgSQL_expr as Expression | undefined)?.query;
    if (typeof refname !== 'string' || query === undefined) return;
    this.#remember(refname, query);
    this.#means(refname, `SELECT ${query}`);
  }

  /** SELECT ... INTO one variable. */
  #selectedInto({ into, target, sqlstmt }: Tree): void {
    const row = (target as { PLpgSQL_row?: Tree } | undefined)?.PLpgSQL_row;
    const [field, ...others] = (row?.fields ?? []) as { name?: string }[];
    const query = (sqlstmt as { PLpgSQL_expr?: Expression } | undefined)?.PLpgSQL_expr?.query;
    if (into && field?.name !== undefined && others.length === 0 && query !== undefined)
      this.#means(folded(field.name), query);
  }

  #means(variable: string, query: string): void {
    this.#terms.set(variable, [...(this.#terms.get(variable) ?? []), ...this.#termsOf(query)]);
  }

  #termsOf(query: string): SqlTerm[] {
    return readStatements(query, this.#reader).gives;
  }

  #remember(variable: string, expression: string | null): void {
    const known = this.#variables.get(variable) ?? [];
    // A variable set by a query has an unknown value; a second, empty expression marks that.
    this.#variables.set(variable, [...known, expression ?? '']);
  }

  /**
   * The offset of an expression in the source. The parser only gives the line of its statement. It replaces INTO with blanks,
   * and PERFORM with SELECT.
   */
  #find(query: string, line: number): number {
    const from = this.#lines[line - 1] ?? 0;
    for (const start of [from, 0]) {
      const exact = this.#source.indexOf(query, start);
      if (exact >= 0) return exact;
      const performed = query.replace(/^\s*select/i, '');
      if (performed !== query) {
        const at = this.#source.indexOf(performed, start);
        if (at >= 0) return at - (query.length - performed.length);
      }
      const [head = ''] = query.split(/\s{4,}/);
      const at = head === '' ? -1 : this.#source.indexOf(head, start);
      if (at >= 0) return at;
    }
    return from;
  }
}

/** The fields of NEW and OLD that a body names: the parser lists them with its variables. */
function rowFields(tree: Tree): SqlReading['rows'] {
  const rows: SqlReading['rows'] = { new: [], old: [] };
  for (const each of (tree.plpgsql_funcs ?? []) as { PLpgSQL_function?: { datums?: Tree[] } }[]) {
    const datums = each.PLpgSQL_function?.datums ?? [];
    for (const { PLpgSQL_recfield: field } of datums as { PLpgSQL_recfield?: Tree }[]) {
      if (!field) continue;
      const parent = datums[(field.recparentno as number | undefined) ?? 0] as
        | { PLpgSQL_rec?: Tree }
        | undefined;
      const row = parent?.PLpgSQL_rec?.refname;
      if (row === 'new' || row === 'old') rows[row].push(String(field.fieldname));
    }
  }
  return rows;
}

function lineOf(child: unknown, line: number): number {
  const own = (child as { lineno?: number } | null)?.lineno;
  return typeof own === 'number' && own > 0 ? own : line;
}

// ERROR in elog.h; lower levels such as NOTICE only print.
const raiseError = 21;

function assignedBy(column: string, expression: string | null, parser: Parser) {
  const value = expression === null ? undefined : parseExpression(expression, parser);
  return assigned(column, value, { own: ['new', 'old'], queries: new Map() });
}
