import type { Node, TypeName } from 'libpg-query';
import { parseExpression } from '../expression.ts';
import { type Parser, refusalOf } from '../parser/parser.ts';
import { rowsAsRecords } from '../plpgsql.ts';
import { creating } from '../routine.ts';
import type { Routine } from '../sql-reader.ts';
import { nameParts, splitAssignment } from './assignment.ts';
import type { BodySteps, Handler, IntoTarget, Step } from './steps.ts';

/** The parser's tree of PL/pgSQL: objects whose only key is their type, such as `PLpgSQL_stmt_if`. */
type Tree = Record<string, unknown>;

/** A routine's body as steps: PL/pgSQL, SQL, BEGIN ATOMIC. */
export function readSteps(routine: Routine, parser: Parser): BodySteps {
  try {
    switch (routine.language) {
      case 'plpgsql':
        return { ...plpgsqlSteps(routine, parser), defaults: defaultsOf(routine, parser) };
      case 'sql':
        return {
          steps: sqlSteps(routine.source, parser),
          variables: [],
          types: {},
          shared: [],
          defaults: defaultsOf(routine, parser),
          problem: null,
        };
      default:
        return nothing(`the language ${routine.language} is not supported`);
    }
  } catch (error) {
    return nothing(refusalOf(error).message);
  }
}

const nothing = (problem: string): BodySteps => ({
  steps: [],
  variables: [],
  types: {},
  shared: [],
  defaults: [],
  problem,
});

/** The trees of one or more SQL statements; empty if the parser refuses them. */
export function readTrees(text: string, parser: Parser): Node[] {
  try {
    return (parser.parseSync(text).stmts ?? []).flatMap(({ stmt }) => (stmt ? [stmt as Node] : []));
  } catch (error) {
    refusalOf(error);
    return [];
  }
}

/** The trees of the defaults that the arguments have. */
function defaultsOf({ arguments: given = '' }: Routine, parser: Parser): (Node | null)[] {
  if (!/\sDEFAULT\s/.test(given)) return [];
  const [created] = readTrees(`CREATE FUNCTION f(${given}) RETURNS void LANGUAGE sql AS ''`, parser);
  const parameters = created && 'CreateFunctionStmt' in created ? created.CreateFunctionStmt.parameters : [];
  return (parameters ?? []).flatMap(each => {
    if (!('FunctionParameter' in each) || each.FunctionParameter.mode === 'FUNC_PARAM_OUT') return [];
    return [each.FunctionParameter.defexpr ?? null];
  });
}

function sqlSteps(source: string, parser: Parser): Step[] {
  const nodes = (parser.parseSync(source).stmts ?? []).map(({ stmt }) => stmt as Node);
  const [first] = nodes;
  const body = first && 'CreateFunctionStmt' in first ? first.CreateFunctionStmt.sql_body : undefined;
  return (body ? flat(body) : nodes).map(node =>
    'ReturnStmt' in node
      ? { kind: 'return', value: node.ReturnStmt.returnval ?? null, line: 0 }
      : { kind: 'statement', node, into: null, strict: true, line: 0 },
  );
}

function flat(node: Node): Node[] {
  return 'List' in node ? (node.List.items ?? []).flatMap(flat) : [node];
}

function plpgsqlSteps(routine: Routine, parser: Parser): Omit<BodySteps, 'defaults'> {
  const tree = parser.parsePlPgSQLSync(rowsAsRecords(routine.statement ?? creating(routine))) as Tree;
  const [first] = (tree.plpgsql_funcs ?? []) as { PLpgSQL_function?: Tree }[];
  const { datums = [], action } = (first?.PLpgSQL_function ?? {}) as { datums?: Tree[]; action?: Tree };
  const reader = new StepReader(datums, parser);
  const names = reader.names();
  return {
    steps: [...reader.initial(innerLine(routine.source)), ...(action ? reader.step(action) : [])],
    variables: names,
    types: reader.types(),
    shared: names.filter((name, place) => names.indexOf(name) < place),
    problem: null,
  };
}

/** The line of the body on which an inner block may begin to declare variables. */
function innerLine(source: string): number {
  const [, second] = source.matchAll(/\bdeclare\b/gi);
  return second ? source.slice(0, second.index).split('\n').length : Number.POSITIVE_INFINITY;
}

class StepReader {
  readonly #datums: readonly Tree[];
  readonly #parser: Parser;

  constructor(datums: readonly Tree[], parser: Parser) {
    this.#datums = datums;
    this.#parser = parser;
  }

  names(): string[] {
    return this.#datums.flatMap(each => nameOf(each) ?? []);
  }

  types(): Record<string, TypeName> {
    return Object.fromEntries(
      this.#datums.flatMap(({ PLpgSQL_var: variable }) => {
        const { refname, datatype } = (variable ?? {}) as Tree;
        const { PLpgSQL_type: { typname } = {} } = (datatype ?? {}) as { PLpgSQL_type?: Tree };
        const isNamed = typeof refname === 'string' && !refname.startsWith('__Case__');
        if (!isNamed || typeof typname !== 'string' || !isPlainType.test(typname)) return [];
        const cast = parseExpression(`NULL::${typname}`, this.#parser);
        const type = cast && 'TypeCast' in cast ? cast.TypeCast.typeName : undefined;
        return type ? [[refname, type]] : [];
      }),
    );
  }

  /** The values that variables are declared with. Those of an inner block, from a line on, are only given when it is reached. */
  initial(inner: number): Step[] {
    return this.#datums.flatMap(({ PLpgSQL_var: variable }): Step[] => {
      const { refname, lineno, default_val: given } = (variable ?? {}) as Tree;
      if (typeof refname !== 'string' || !given) return [];
      const line = lineOf(lineno);
      const value = this.#expression(given);
      const isKnown = line < inner || (value && 'A_Const' in value);
      return [{ kind: 'assign', target: [refname], value: isKnown ? value : null, line }];
    });
  }

  step(tree: Tree): Step[] {
    const [[kind, given] = ['', {}]] = Object.entries(tree);
    const fields = given as Tree;
    const line = lineOf(fields.lineno);
    switch (kind) {
      case 'PLpgSQL_stmt_block':
        return [
          {
            kind: 'block',
            steps: this.#steps(fields.body),
            handlers: this.#handlers(fields.exceptions),
            label: labelOf(fields),
            again: false,
            line,
          },
        ];
      case 'PLpgSQL_stmt_assign':
        return this.#assignment(fields, line);
      case 'PLpgSQL_stmt_if':
        return [
          { kind: 'choice', ...this.#branches(fields), otherwise: this.#steps(fields.else_body), line },
        ];
      case 'PLpgSQL_stmt_case':
        return this.#case(fields, line);
      case 'PLpgSQL_stmt_fors':
        return [
          {
            kind: 'loop',
            target: targetOf(fields.var),
            query: this.#statement(fields.query),
            steps: this.#steps(fields.body),
            label: labelOf(fields),
            line,
          },
        ];
      // LOOP ends by itself: people write it to try again, as in an upsert.
      case 'PLpgSQL_stmt_loop':
        return [
          {
            kind: 'block',
            steps: this.#steps(fields.body),
            handlers: [],
            label: labelOf(fields),
            again: true,
            line,
          },
        ];
      case 'PLpgSQL_stmt_while':
      case 'PLpgSQL_stmt_fori':
      case 'PLpgSQL_stmt_foreach_a':
      case 'PLpgSQL_stmt_forc':
        return [
          {
            kind: 'loop',
            target: targetOf(fields.var) ?? this.#numbered(fields.varno),
            query: kind === 'PLpgSQL_stmt_foreach_a' ? this.#elements(fields) : null,
            steps: this.#steps(fields.body),
            label: labelOf(fields),
            line,
          },
        ];
      case 'PLpgSQL_stmt_dynfors':
        return [
          { kind: 'dynamic', text: this.#expression(fields.query), target: targetOf(fields.var), line },
          {
            kind: 'loop',
            target: targetOf(fields.var),
            query: null,
            steps: this.#steps(fields.body),
            label: labelOf(fields),
            line,
          },
        ];
      case 'PLpgSQL_stmt_return':
        return [
          {
            kind: 'return',
            value: fields.expr ? this.#expression(fields.expr) : this.#returned(fields),
            line,
          },
        ];
      case 'PLpgSQL_stmt_getdiag':
        return this.#diagnostics(fields, line);
      case 'PLpgSQL_stmt_exit':
        return this.#left(fields, line);
      case 'PLpgSQL_stmt_raise':
        return ((fields.elog_level as number | undefined) ?? error) >= error
          ? [{ kind: 'raise', as: this.#raisedAs(fields), line }]
          : [];
      case 'PLpgSQL_stmt_assert': {
        const branches = [{ when: this.#expression(fields.cond), steps: [] }];
        return [
          { kind: 'choice', branches, otherwise: [{ kind: 'raise', as: 'assert_failure', line }], line },
        ];
      }
      case 'PLpgSQL_stmt_execsql':
      case 'PLpgSQL_stmt_perform':
      case 'PLpgSQL_stmt_call': {
        const node = this.#statement(fields.sqlstmt ?? fields.expr);
        const strict = fields.strict === true;
        return node ? [{ kind: 'statement', node, into: targetOf(fields.target), strict, line }] : [];
      }
      // FETCH and MOVE: perhaps a row, as a loop that ends after it.
      case 'PLpgSQL_stmt_fetch':
        return [{ kind: 'loop', target: targetOf(fields.target), query: null, steps: [], label: null, line }];
      case 'PLpgSQL_stmt_return_query': {
        if (fields.dynquery)
          return [{ kind: 'dynamic', text: this.#expression(fields.dynquery), target: null, line }];
        const node = this.#statement(fields.query);
        return node ? [{ kind: 'statement', node, into: null, strict: true, line }] : [];
      }
      case 'PLpgSQL_stmt_dynexecute':
        return [
          { kind: 'dynamic', text: this.#expression(fields.query), target: targetOf(fields.target), line },
        ];
      default:
        return [];
    }
  }

  /** GET DIAGNOSTICS; of anything but the number of rows nothing is known. */
  #diagnostics({ diag_items: items }: Tree, line: number): Step[] {
    return ((items ?? []) as { PLpgSQL_diag_item: Tree }[]).flatMap(
      ({ PLpgSQL_diag_item: { kind, target } }): Step[] => {
        const name = typeof target === 'number' ? nameOf(this.#datums[target] ?? {}) : null;
        if (name === null) return [];
        return kind === 'ROW_COUNT'
          ? [{ kind: 'row-count', target: [name], line }]
          : [{ kind: 'assign', target: [name], value: null, line }];
      },
    );
  }

  /** The error of RAISE: raise_exception, unless it names another. Null for RAISE alone, which raises the one that was caught. */
  #raisedAs({ condname, message, options }: Tree): string | null {
    if (typeof condname === 'string') return condname;
    const given = ((options ?? []) as { PLpgSQL_raise_option?: Tree }[]).map(
      each => each.PLpgSQL_raise_option,
    );
    const code = given.find(each => (each?.opt_type ?? 0) === 0);
    if (!code) return message === undefined && given.length === 0 ? null : 'raise_exception';
    const value = this.#expression(code.expr);
    return (value && 'A_Const' in value && value.A_Const.sval?.sval) || null;
  }

  #left(fields: Tree, line: number): Step[] {
    const { cond } = fields;
    const leave: Step = { kind: 'leave', label: labelOf(fields), exit: fields.is_exit === true, line };
    if (!cond) return [leave];
    return [
      { kind: 'choice', branches: [{ when: this.#expression(cond), steps: [leave] }], otherwise: [], line },
    ];
  }

  #steps(list: unknown): Step[] {
    return ((list ?? []) as Tree[]).flatMap(each => this.step(each));
  }

  #handlers(exceptions: unknown): Handler[] {
    const { PLpgSQL_exception_block: block } = (exceptions ?? {}) as { PLpgSQL_exception_block?: Tree };
    return ((block?.exc_list ?? []) as { PLpgSQL_exception?: Tree }[]).map(({ PLpgSQL_exception: each }) => ({
      conditions: ((each?.conditions ?? []) as { PLpgSQL_condition?: Tree }[]).map(
        ({ PLpgSQL_condition: condition }) => String(condition?.condname ?? ''),
      ),
      steps: this.#steps(each?.action),
    }));
  }

  #branches({ cond, then_body, elsif_list }: Tree) {
    const others = ((elsif_list ?? []) as { PLpgSQL_if_elsif: Tree }[]).map(({ PLpgSQL_if_elsif: each }) => ({
      when: this.#expression(each.cond),
      steps: this.#steps(each.stmts),
    }));
    return { branches: [{ when: this.#expression(cond), steps: this.#steps(then_body) }, ...others] };
  }

  /** CASE with an expression compares a variable of its own, which the parser names. */
  #case({ t_expr, t_varno, case_when_list, else_stmts, have_else }: Tree, line: number): Step[] {
    const variable = typeof t_varno === 'number' ? nameOf(this.#datums[t_varno] ?? {}) : null;
    const branches = ((case_when_list ?? []) as { PLpgSQL_case_when: Tree }[]).map(
      ({ PLpgSQL_case_when: each }) => ({
        when: this.#expression(each.expr),
        steps: this.#steps(each.stmts),
      }),
    );
    return [
      ...(t_expr && variable
        ? [{ kind: 'assign' as const, target: [variable], value: this.#expression(t_expr), line }]
        : []),
      {
        kind: 'choice',
        branches,
        // Without ELSE, no branch is an error.
        otherwise:
          have_else === true ? this.#steps(else_stmts) : [{ kind: 'raise', as: 'case_not_found', line }],
        line,
      },
    ];
  }

  #assignment({ expr }: Tree, line: number): Step[] {
    const query = queryOf(expr);
    const split = splitAssignment(query);
    if (!split) return [];
    const { target, at } = split;
    return [
      {
        kind: 'assign',
        target,
        value: this.#parsed(query.slice(at)),
        checked: this.#isChecked(target),
        line,
      },
    ];
  }

  #isChecked(target: readonly string[]): boolean {
    return this.#datums.some(({ PLpgSQL_var: variable }) => {
      const { refname, notnull, datatype } = (variable ?? {}) as Tree;
      const { PLpgSQL_type: { typname } = {} } = (datatype ?? {}) as { PLpgSQL_type?: Tree };
      return refname === target.at(-1) && (notnull === true || String(typname).includes('('));
    });
  }

  /** RETURN of a plain variable is its number. */
  #returned({ retvarno }: Tree): Node | null {
    const name = typeof retvarno === 'number' ? nameOf(this.#datums[retvarno] ?? {}) : null;
    return name === null ? null : { ColumnRef: { fields: [{ String: { sval: name } }] } };
  }

  #numbered(varno: unknown): IntoTarget | null {
    const name = typeof varno === 'number' ? nameOf(this.#datums[varno] ?? {}) : null;
    return name === null ? null : { variables: [[name]] };
  }

  /** FOREACH ... IN ARRAY ARRAY[...] goes through what VALUES would give; null for any other array. */
  #elements({ expr, slice }: Tree): Node | null {
    const array = this.#expression(expr);
    if (!array || !('A_ArrayExpr' in array) || slice) return null;
    const { elements = [] } = array.A_ArrayExpr;
    if (elements.some(each => 'A_ArrayExpr' in each)) return null;
    const valuesLists = elements.map((each): Node => ({ List: { items: [each] } }));
    return { SelectStmt: { valuesLists, op: 'SETOP_NONE', limitOption: 'LIMIT_OPTION_DEFAULT' } };
  }

  #expression(tree: unknown): Node | null {
    return this.#parsed(queryOf(tree));
  }

  #parsed(text: string): Node | null {
    return text === '' ? null : (parseExpression(text, this.#parser) ?? null);
  }

  #statement(tree: unknown): Node | null {
    return readTrees(queryOf(tree), this.#parser)[0] ?? null;
  }
}

// Numbers, truth values, texts and times, perhaps with a length.
const isPlainType =
  /^(?:(?:small|big)?int(?:eger)?|int[248]|numeric|decimal|real|float[48]?|double precision|bool(?:ean)?|text|varchar|character varying|char(?:acter)?|name|date|time(?:stamp)?(?:tz)?(?: with(?:out)? time zone)?)(?:\(\d+(?:, *\d+)?\))?$/i;

// ERROR in elog.h; lower levels such as NOTICE only print.
const error = 21;

const labelOf = ({ label }: Tree) => (typeof label === 'string' ? label : null);

const lineOf = (lineno: unknown) => (typeof lineno === 'number' ? lineno : 1);

function queryOf(tree: unknown): string {
  const { PLpgSQL_expr: expression } = (tree ?? {}) as { PLpgSQL_expr?: { query?: string } };
  return expression?.query ?? '';
}

function nameOf({ PLpgSQL_var: variable, PLpgSQL_rec: record }: Tree): string | null {
  const { refname } = (variable ?? record ?? {}) as Tree;
  return typeof refname === 'string' ? refname : null;
}

function targetOf(tree: unknown): IntoTarget | null {
  const {
    PLpgSQL_row: row,
    PLpgSQL_rec: record,
    PLpgSQL_var: variable,
  } = (tree ?? {}) as {
    PLpgSQL_row?: { fields?: { name?: string }[] };
    PLpgSQL_rec?: Tree;
    PLpgSQL_var?: Tree;
  };
  if (typeof record?.refname === 'string') return { record: record.refname };
  if (typeof variable?.refname === 'string') return { variables: [[variable.refname]] };
  return row ? { variables: (row.fields ?? []).map(({ name = '' }) => nameParts(name)) } : null;
}
