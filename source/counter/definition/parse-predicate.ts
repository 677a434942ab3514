import type { A_Const, A_Expr, BooleanTest, Node } from 'libpg-query';
import { byteOffsets } from '../../sql/parser/offsets.ts';
import { type Parser, refusalOf } from '../../sql/parser/parser.ts';
import type { Comparison, Predicate } from './predicate.ts';

/** A condition that was written as SQL, or why it is not one that can be checked, and where in the text. */
export type ParsedCondition =
  | { predicate: Predicate; problem?: never }
  | { predicate?: never; problem: { message: string; offset: number } };

const before = 'SELECT WHERE ';

/**
 * Reads a condition on a record's own columns: comparisons with constants, IN, BETWEEN, IS [NOT] NULL, TRUE, FALSE or DISTINCT
 * FROM, boolean columns, AND, OR and NOT. Anything else is a `problem`; nothing is left out silently.
 */
export function parsePredicate(text: string, parser: Parser): ParsedCondition {
  // A comment at the end must not hide what follows.
  const whole = `${before}(${text}\n)`;
  const offsetIn = byteOffsets(whole);
  const at = (byte: number | undefined) =>
    Math.min(text.length, Math.max(0, offsetIn(byte ?? 0) - before.length - 1));
  try {
    return { predicate: predicateOf(conditionOf(whole, parser)) };
  } catch (error) {
    if (error instanceof Unsupported) return { problem: { message: error.message, offset: at(error.byte) } };
    const { message, byte } = refusalOf(error);
    return { problem: { message: `PostgreSQL's parser says: ${message}`, offset: at(byte ?? 0) } };
  }
}

class Unsupported extends Error {
  readonly byte: number | undefined;
  constructor(message: string, byte?: number) {
    super(message);
    this.byte = byte;
  }
}

function conditionOf(whole: string, parser: Parser): Node {
  const { stmts = [] } = parser.parseSync(whole);
  const [query] = stmts.map(({ stmt }) => (stmt && 'SelectStmt' in stmt ? stmt.SelectStmt : null));
  const where = query?.whereClause;
  const others = Object.entries(query ?? {}).filter(
    ([name, value]) =>
      !['whereClause', 'limitOption', 'op'].includes(name) && !(Array.isArray(value) && value.length === 0),
  );
  if (stmts.length !== 1 || !where || others.length > 0)
    throw new Unsupported('This is not a single condition.');
  return where;
}

const comparisons: ReadonlySet<string> = new Set<Comparison>(['=', '<>', '<', '<=', '>', '>=']);
const flipped: Readonly<Record<string, Comparison>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

function predicateOf(node: Node): Predicate {
  if ('BoolExpr' in node) {
    const { boolop, args = [] } = node.BoolExpr;
    const of = args.map(predicateOf);
    if (boolop === 'NOT_EXPR') return not(only(of));
    return { kind: boolop === 'OR_EXPR' ? 'or' : 'and', of };
  }
  if ('NullTest' in node) {
    const isNull: Predicate = { kind: 'null', column: columnOf(node.NullTest.arg) };
    return node.NullTest.nulltesttype === 'IS_NULL' ? isNull : not(isNull);
  }
  if ('BooleanTest' in node) return booleanTest(node.BooleanTest);
  if ('A_Expr' in node) return comparisonOf(node.A_Expr);
  if ('ColumnRef' in node) return { kind: 'compare', column: columnOf(node), operator: '=', value: 'true' };
  throw new Unsupported(
    'Only comparisons of columns with constants, joined by AND, OR and NOT, can be checked.',
    locationOf(node),
  );
}

function booleanTest({ arg, booltesttype }: BooleanTest): Predicate {
  const column = columnOf(arg);
  switch (booltesttype) {
    case 'IS_TRUE':
      return { kind: 'is', column, value: true };
    case 'IS_FALSE':
      return { kind: 'is', column, value: false };
    case 'IS_NOT_TRUE':
      return not({ kind: 'is', column, value: true });
    case 'IS_NOT_FALSE':
      return not({ kind: 'is', column, value: false });
    case 'IS_UNKNOWN':
      return { kind: 'null', column };
    default:
      return not({ kind: 'null', column });
  }
}

function comparisonOf({ kind, name = [], lexpr, rexpr, location }: A_Expr): Predicate {
  const words = name.map(each => ('String' in each ? (each.String.sval ?? '') : ''));
  // Such as OPERATOR(pg_catalog.=).
  const operator = words.length === 2 && words[0] === 'pg_catalog' ? words[1] : only(words);
  switch (kind) {
    case 'AEXPR_OP':
      return compared(operator ?? '', lexpr, rexpr, location);
    case 'AEXPR_IN': {
      const list: Predicate = {
        kind: 'in',
        column: columnOf(lexpr),
        values: listOf(rexpr).map(constantOf),
      };
      return operator === '=' ? list : not(list);
    }
    case 'AEXPR_OP_ANY':
      if (operator === '=' && rexpr && 'A_ArrayExpr' in uncast(rexpr)) {
        return { kind: 'in', column: columnOf(lexpr), values: arrayOf(rexpr).map(constantOf) };
      }
      break;
    case 'AEXPR_DISTINCT':
      return not(sameAs(lexpr, rexpr));
    case 'AEXPR_NOT_DISTINCT':
      return sameAs(lexpr, rexpr);
    case 'AEXPR_BETWEEN':
      return between(lexpr, rexpr);
    case 'AEXPR_NOT_BETWEEN':
      return not(between(lexpr, rexpr));
  }
  throw new Unsupported(`${words.join('.')} is not an operator that can be checked.`, location);
}

function compared(
  operator: string,
  left: Node | undefined,
  right: Node | undefined,
  location: number | undefined,
): Predicate {
  if (!left || !right || !comparisons.has(operator))
    throw new Unsupported(`${operator} is not an operator that can be checked.`, location);
  if ('ColumnRef' in left || !('ColumnRef' in right)) {
    return {
      kind: 'compare',
      column: columnOf(left),
      operator: operator as Comparison,
      value: constantOf(right),
    };
  }
  return {
    kind: 'compare',
    column: columnOf(right),
    operator: flipped[operator] ?? '=',
    value: constantOf(left),
  };
}

/** IS NOT DISTINCT FROM, which is never unknown. */
function sameAs(left: Node | undefined, right: Node | undefined): Predicate {
  const column = columnOf(left);
  const isNull: Predicate = { kind: 'null', column };
  if (right && 'A_Const' in right && right.A_Const.isnull) return isNull;
  return {
    kind: 'and',
    of: [not(isNull), { kind: 'compare', column, operator: '=', value: constantOf(right) }],
  };
}

function between(left: Node | undefined, right: Node | undefined): Predicate {
  const [from, to] = listOf(right);
  const column = columnOf(left);
  return {
    kind: 'and',
    of: [
      { kind: 'compare', column, operator: '>=', value: constantOf(from) },
      { kind: 'compare', column, operator: '<=', value: constantOf(to) },
    ],
  };
}

function listOf(node: Node | undefined): readonly Node[] {
  if (node && 'List' in node) return node.List.items ?? [];
  throw new Unsupported('Only a list of constants can be checked here.', locationOf(node));
}

function arrayOf(node: Node): readonly Node[] {
  const array = uncast(node);
  return 'A_ArrayExpr' in array ? (array.A_ArrayExpr.elements ?? []) : [];
}

function uncast(node: Node): Node {
  return 'TypeCast' in node && node.TypeCast.arg ? uncast(node.TypeCast.arg) : node;
}

function columnOf(node: Node | undefined): string {
  const fields = node && 'ColumnRef' in node ? (node.ColumnRef.fields ?? []) : [];
  const [field] = fields;
  const name = field && 'String' in field ? field.String.sval : undefined;
  if (fields.length > 1)
    throw new Unsupported('Write columns of the records without the name of their table.', locationOf(node));
  if (name !== undefined) return name;
  throw new Unsupported('A column of the records must stand here.', locationOf(node));
}

function constantOf(node: Node | undefined): string {
  const inner = node && uncast(node);
  if (inner && 'A_Const' in inner) return textOf(inner.A_Const);
  if (inner && 'A_Expr' in inner && !inner.A_Expr.lexpr) {
    const [sign] = inner.A_Expr.name ?? [];
    if (sign && 'String' in sign && sign.String.sval === '-') return `-${constantOf(inner.A_Expr.rexpr)}`;
  }
  throw new Unsupported('A constant must stand here.', locationOf(inner));
}

function textOf({ ival, fval, sval, boolval, isnull, location }: A_Const): string {
  if (isnull) {
    throw new Unsupported('A comparison with NULL is never true: write IS NULL or IS NOT NULL.', location);
  }
  if (boolval) return String(boolval.boolval ?? false);
  if (sval) return sval.sval ?? '';
  if (fval) return fval.fval ?? '';
  // The parser leaves a zero out.
  if (ival) return String(ival.ival ?? 0);
  throw new Unsupported('A number, a text or a boolean must stand here.', location);
}

function locationOf(node: Node | undefined): number | undefined {
  if (!node) return undefined;
  const [own] = Object.values(node) as { location?: number }[];
  return own?.location;
}

function only<Each>(each: readonly Each[]): Each {
  const [one] = each;
  if (one === undefined || each.length !== 1) throw new Unsupported('This condition cannot be checked.');
  return one;
}

function not(of: Predicate): Predicate {
  return { kind: 'not', of };
}
