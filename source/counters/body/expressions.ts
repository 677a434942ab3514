import type {
  A_Const,
  A_Expr,
  CaseExpr,
  FuncCall,
  Node,
  SelectStmt,
  SubLink,
  TypeCast,
  TypeName,
} from 'libpg-query';
import { countingAnew } from '../../counter/counting-anew.ts';
import { namesIn } from '../../sql/names.ts';
import { scaleOf } from '../catalog.ts';
import { givenArgument } from './calls.ts';
import {
  allOf,
  anyOf,
  choose,
  coalesce,
  column,
  counted,
  type Expression,
  hasCase,
  isBoolean,
  isNull,
  not,
  notTrue,
  operator,
  type Value,
  value,
  within,
} from './expression.ts';
import { printed } from './print.ts';
import { lookedUp, meaning, namesOf, opaque, perhaps, type Scope, under } from './scope.ts';

// Conditions on more columns have too many parts.
const most = 4;

/** A tree of the parser as an expression, with variables and functions of the application replaced by what they give. */
export function readExpression(node: Node | null | undefined, scope: Scope): Expression {
  if (!node) return opaque('an expression that the parser refuses');
  const read = (each: Node | undefined) => readExpression(each, scope);
  if ('A_Const' in node) return value(constant(node.A_Const));
  if ('ColumnRef' in node) return reference(namesOf(node.ColumnRef.fields), scope);
  if ('ParamRef' in node) return reference([`$${node.ParamRef.number ?? 0}`], scope);
  if ('TypeCast' in node) return cast(node.TypeCast, read(node.TypeCast.arg));
  if ('CollateClause' in node) return read(node.CollateClause.arg);
  if ('A_Expr' in node) return operation(node.A_Expr, scope);
  if ('BoolExpr' in node) {
    const { boolop, args = [] } = node.BoolExpr;
    const parts = readInTurn(args, scope);
    if (boolop === 'AND_EXPR') return allOf(parts);
    return boolop === 'OR_EXPR' ? anyOf(parts) : not(parts[0] ?? opaque('NOT'));
  }
  if ('NullTest' in node) {
    const arg = read(node.NullTest.arg);
    if (node.NullTest.nulltesttype === 'IS_NULL') return isNull(arg);
    // Of a row this asks for every column, and is not the contrary of IS NULL.
    if (arg.kind !== 'row') return not(isNull(arg));
    const { source } = arg;
    const asked = source.table.columns.flatMap(({ name }) => counted(column(source, name)));
    return asked.length > most ? opaque(`whether every column of ${printed(arg)} is set`) : allOf(asked);
  }
  if ('BooleanTest' in node)
    return booleanTest(node.BooleanTest.booltesttype ?? '', read(node.BooleanTest.arg));
  if ('CaseExpr' in node) return caseOf(node.CaseExpr, scope);
  if ('CoalesceExpr' in node) return coalesce(readInTurn(node.CoalesceExpr.args ?? [], scope));
  if ('MinMaxExpr' in node) {
    const { op, args = [] } = node.MinMaxExpr;
    return { kind: 'extreme', name: op === 'IS_LEAST' ? 'LEAST' : 'GREATEST', args: args.map(read) };
  }
  if ('FuncCall' in node) return called(node.FuncCall, scope);
  if ('SubLink' in node) return subquery(node.SubLink, scope);
  if ('SQLValueFunction' in node) return { kind: 'session', name: 'the session' };
  if ('A_Indirection' in node) {
    const { arg, indirection = [] } = node.A_Indirection;
    const inner = arg && 'ColumnRef' in arg ? namesOf(arg.ColumnRef.fields) : null;
    const field = indirection[0] && 'String' in indirection[0] ? (indirection[0].String.sval ?? '') : null;
    if (inner && field !== null) return reference([...inner, field], scope);
    return inner?.[0] === 'tg_argv'
      ? argument(indirection, scope)
      : opaque('a part of a value', arg ? [read(arg)] : []);
  }
  if ('A_ArrayExpr' in node) return opaque('an array', (node.A_ArrayExpr.elements ?? []).map(read));
  return opaque('an expression');
}

/** What is read from left to right until it is known. */
function readInTurn(nodes: readonly Node[], scope: Scope): Expression[] {
  return nodes.map((each, place) => readExpression(each, place === 0 ? scope : perhaps(scope)));
}

function reference(names: readonly string[], scope: Scope): Expression {
  if (names.at(-1) === '*') return meaning(names.slice(0, -1), scope) ?? opaque(names.join('.'));
  return meaning(names, scope) ?? opaque(names.join('.'));
}

/** TG_ARGV[n], which the trigger's definition gives. */
function argument(indirection: readonly Node[], scope: Scope): Expression {
  const [first] = indirection;
  const index = first && 'A_Indices' in first ? readExpression(first.A_Indices.uidx, scope) : null;
  const place = index?.kind === 'value' ? String(index.value) : '';
  return meaning([`tg_argv ${place}`], scope) ?? value(null);
}

function constant({ ival, fval, sval, boolval, isnull }: A_Const): Value {
  if (isnull) return null;
  if (boolval) return boolval.boolval ?? false;
  if (ival) return ival.ival ?? 0;
  if (fval) return Number(fval.fval ?? 0);
  return sval?.sval ?? '';
}

const numbers: ReadonlySet<string> = new Set(['int2', 'int4', 'int8', 'numeric', 'float4', 'float8']);
const texts: ReadonlySet<string> = new Set(['text', 'varchar', 'citext']);
const whole: ReadonlySet<string> = new Set(['int2', 'int4', 'int8']);
// What a value becomes in these is another value.
const changing =
  /^(?:date|time|timetz|timestamp|timestamptz|interval|json|jsonb|bytea|bit|varbit|money|regclass|name|bpchar)$/;

function cast({ typeName }: TypeCast, inner: Expression): Expression {
  const type = namesIn(typeName?.names).at(-1) ?? '';
  const isArray = (typeName?.arrayBounds ?? []).length > 0;
  const isLimited = (typeName?.typmods ?? []).length > 0;
  if (inner.kind === 'value' && (!isLimited || fits(inner.value, typeName?.typmods?.[0])))
    return value(castValue(inner.value, type));
  // A length or a precision may cut what it is given; a number without a fraction is as before.
  const isCut = isLimited && !(type === 'numeric' && isWhole(inner));
  if (isArray || isCut || changing.test(type)) return opaque(`a cast to ${type}`, [inner]);
  if (isLogical(inner) && texts.has(type))
    return choose(
      [
        { when: inner, result: value('true') },
        { when: not(inner), result: value('false') },
      ],
      value(null),
    );
  const category = categoryOf(inner);
  if (type === 'bool' && category === 'N') return operator('<>', [inner, value(0)]);
  if ((type === 'bool' || numbers.has(type)) && category === 'S') return opaque(`a cast to ${type}`, [inner]);
  if (numbers.has(type) && isLogical(inner)) {
    const unknown = mayBeNull(inner) ? [{ when: isNull(inner), result: value(null) }] : [];
    return choose([...unknown, { when: inner, result: value(1) }], value(0));
  }
  if (whole.has(type) && !isWhole(inner)) return opaque(`a cast to ${type}`, [inner]);
  return inner;
}

// Types as the catalog writes them, of those in which a value becomes another.
const written: Readonly<Record<string, string>> = {
  timestamptz: 'timestamp with time zone',
  timestamp: 'timestamp without time zone',
  timetz: 'time with time zone',
  time: 'time without time zone',
};

/** What a variable of a type holds once it is given an expression. */
export function heldAs(typeName: TypeName, given: Expression): Expression {
  const inner = (each: Expression) => heldAs(typeName, each);
  switch (given.kind) {
    case 'lookup':
      return { ...given, value: inner(given.value) };
    case 'case': {
      const branches = given.branches.map(({ when, result }) => ({ when, result: inner(result) }));
      return { ...given, branches, otherwise: inner(given.otherwise) };
    }
    case 'session':
    case 'argument':
    case 'opaque':
    case 'row':
      return given;
    default: {
      const type = namesIn(typeName.names).at(-1) ?? '';
      const own = given.kind === 'column' ? typeOf(given) : null;
      if (own !== null && own === (written[type] ?? type)) return given;
      if (type === 'numeric' && isWithin(given, typeName)) return given;
      const isNumber = texts.has(type) && categoryOf(given) === 'N';
      return isNumber ? opaque(`a cast to ${type}`, [given]) : cast({ typeName }, given);
    }
  }
}

/** Whether a number has no more decimals than a type keeps. */
function isWithin(given: Expression, { typmods = [] }: TypeName): boolean {
  const [, scale] = typmods.map(each => ('A_Const' in each ? (each.A_Const.ival?.ival ?? 0) : Number.NaN));
  if (typmods.length === 0) return true;
  return [...within(given)].every(inner => {
    if (inner.kind === 'opaque' || inner.kind === 'argument') return false;
    if (inner.kind === 'value') return typeof inner.value !== 'number' || Number.isInteger(inner.value);
    if (inner.kind !== 'column' || categoryOf(inner) !== 'N') return true;
    const own = scaleOf(inner.source.table, inner.column);
    return own !== null && own <= (scale ?? 0);
  });
}

const typeOf = ({ source, column: name }: Extract<Expression, { kind: 'column' }>) =>
  source.table.columns.find(each => each.name === name)?.type ?? null;

/** True if a text is no longer than a type allows, or if there is nothing to cut. */
function fits(given: Value, limit: Node | undefined): boolean {
  if (given === null) return true;
  const length = limit && 'A_Const' in limit ? limit.A_Const.ival?.ival : undefined;
  return typeof given === 'string' && length !== undefined && given.length <= length;
}

/** False if it is a number that may have a fraction, or a text. */
function isWhole(each: Expression): boolean {
  switch (each.kind) {
    case 'value':
      return typeof each.value !== 'number' || Number.isInteger(each.value);
    case 'column': {
      const own = each.source.table.columns.find(({ name }) => name === each.column);
      return !own || /^(?:smallint|integer|bigint)$/.test(own.type);
    }
    case 'operator':
    case 'coalesce':
    case 'extreme':
      return each.args.every(isWhole);
    case 'case':
      return [...each.branches.map(({ result }) => result), each.otherwise].every(isWhole);
    case 'aggregate':
      return each.name === 'count' || !each.arg || isWhole(each.arg);
    case 'lookup':
      return isWhole(each.value);
    default:
      return true;
  }
}

function castValue(given: Value, type: string): Value {
  if (typeof given === 'boolean' && numbers.has(type)) return Number(given);
  if (typeof given === 'boolean' && texts.has(type)) return String(given);
  if (typeof given !== 'string') return given;
  if (numbers.has(type) && given.trim() !== '' && !Number.isNaN(Number(given))) return Number(given);
  if (type === 'bool' && /^(?:t|true|f|false)$/i.test(given)) return /^t/i.test(given);
  return given;
}

function categoryOf(each: Expression): string | null {
  if (each.kind !== 'column') return null;
  return each.source.table.columns.find(({ name }) => name === each.column)?.category ?? null;
}

function isLogical(each: Expression): boolean {
  if (each.kind === 'column') return categoryOf(each) === 'B';
  if (each.kind === 'operator') return /^(?:=|<>|<|<=|>|>=|distinct)$/.test(each.name);
  if (each.kind === 'coalesce')
    return each.args.every(arg => isLogical(arg) || (arg.kind === 'value' && typeof arg.value === 'boolean'));
  return ['and', 'or', 'not', 'null', 'is', 'in', 'among'].includes(each.kind);
}

/** Whether a condition may be unknown. */
function mayBeNull(each: Expression): boolean {
  switch (each.kind) {
    case 'value':
      return each.value === null;
    case 'operator':
      return each.name !== 'distinct' && each.args.some(mayBeNull);
    case 'and':
    case 'or':
      return each.args.some(mayBeNull);
    case 'coalesce':
      return each.args.every(mayBeNull);
    case 'not':
      return mayBeNull(each.arg);
    case 'null':
    case 'is':
      return false;
    default:
      return counted(each).length > 0;
  }
}

function booleanTest(test: string, arg: Expression): Expression {
  const wanted = test.endsWith('TRUE');
  if (test.endsWith('UNKNOWN')) return test.includes('NOT') ? not(isNull(arg)) : isNull(arg);
  const is = isBoolean(arg, wanted);
  return test.includes('NOT') ? not(is) : is;
}

function caseOf({ arg, args = [], defresult }: CaseExpr, scope: Scope): Expression {
  const subject = arg ? readExpression(arg, scope) : null;
  const passed: Expression[] = [];
  const branches = args.flatMap(each => {
    if (!('CaseWhen' in each)) return [];
    const asked = readExpression(each.CaseWhen.expr, scope);
    const when = subject ? operator('=', alike(subject, asked, [arg, each.CaseWhen.expr], scope)) : asked;
    const result = readExpression(each.CaseWhen.result, under(scope, { conditions: [...passed, when] }));
    passed.push(notTrue(when));
    return [{ when, result }];
  });
  const otherwise = defresult ? readExpression(defresult, under(scope, { conditions: passed })) : value(null);
  return choose(branches, otherwise);
}

const patterns: Readonly<Record<string, string>> = {
  AEXPR_LIKE: 'LIKE',
  AEXPR_ILIKE: 'ILIKE',
  AEXPR_SIMILAR: 'SIMILAR TO',
};

function operation({ kind, name, lexpr, rexpr }: A_Expr, scope: Scope): Expression {
  const symbol = namesIn(name).at(-1) ?? '';
  const compares = isOrdering.test(symbol) ? ordered : readExpression;
  const left = lexpr ? compares(lexpr, scope) : value(0);
  const listed = rexpr && 'List' in rexpr ? (rexpr.List.items ?? []) : null;
  const rows = (listed ?? [rexpr]).flatMap(each =>
    each && 'RowExpr' in each ? [each.RowExpr.args ?? []] : [],
  );
  if (lexpr && 'RowExpr' in lexpr && symbol === '=' && rows.length === (listed?.length ?? 1))
    return rowComparison(kind, lexpr.RowExpr.args ?? [], rows, scope);
  const right = () => compares(rexpr, scope);
  const both = () => alike(left, right(), [lexpr, rexpr], scope);
  const alikeTo = (values: readonly Expression[]) =>
    values.map(each => alike(left, each, [lexpr, undefined], scope)[1] ?? each);
  switch (kind) {
    case 'AEXPR_OP':
      return lexpr || symbol === '-' ? operator(symbol, both()) : opaque(symbol, [right()]);
    case 'AEXPR_DISTINCT':
      return operator('distinct', both());
    case 'AEXPR_NOT_DISTINCT':
      return not(operator('distinct', both()));
    case 'AEXPR_IN': {
      const found = among(left, alikeTo((listed ?? []).map(each => readExpression(each, scope))));
      return symbol === '<>' ? not(found) : found;
    }
    case 'AEXPR_OP_ANY':
    case 'AEXPR_OP_ALL': {
      const query = rexpr && 'SubLink' in rexpr ? rexpr.SubLink : null;
      if (lexpr && query?.subLinkType === 'ARRAY_SUBLINK' && kind === 'AEXPR_OP_ANY' && symbol === '=')
        return subquery({ ...query, subLinkType: 'ANY_SUBLINK', testexpr: lexpr }, scope);
      const values = elements(rexpr, scope);
      if (values && symbol === (kind === 'AEXPR_OP_ANY' ? '=' : '<>')) {
        const found = among(left, alikeTo(values));
        return kind === 'AEXPR_OP_ANY' ? found : not(found);
      }
      return opaque(`${symbol} of an array`, [left, right()]);
    }
    case 'AEXPR_BETWEEN':
    case 'AEXPR_NOT_BETWEEN': {
      const [low, high] = alikeTo((listed ?? []).map(each => compares(each, scope)));
      if (!low || !high) break;
      const between = allOf([operator('>=', [left, low]), operator('<=', [left, high])]);
      return kind === 'AEXPR_BETWEEN' ? between : not(between);
    }
    case 'AEXPR_NULLIF':
      return choose([{ when: operator('=', both()), result: value(null) }], left);
  }
  return opaque(patterns[kind ?? ''] ?? symbol, [left, rexpr && !listed ? right() : opaque('a list')]);
}

/** Two that are compared: a constant in quotes is of the type of the other, such as '07' beside a number. */
function alike(
  left: Expression,
  right: Expression,
  nodes: readonly (Node | undefined)[],
  scope: Scope,
): [Expression, Expression] {
  const isText = nodes.some(node => node && isReordered(node, scope));
  return [ofType(left, right, isText), ofType(right, left, isText)];
}

function ofType(each: Expression, other: Expression, isText: boolean): Expression {
  if (each.kind !== 'value' || typeof each.value !== 'string') return each;
  const given = each.value.trim();
  if (isLogical(other)) {
    const read = /^(?:t|tr|tru|true|y|ye|yes|on|1)$/i.test(given)
      ? true
      : /^(?:f|fa|fal|fals|false|n|no|of|off|0)$/i.test(given)
        ? false
        : undefined;
    return read === undefined ? opaque('a text as a truth value') : value(read);
  }
  if (categoryOf(other) !== 'N') return each;
  // Where a number is cast to a text, that is written in one way alone.
  const isNumber = isText ? String(Number(given)) === each.value : /^[+-]?\d+(?:\.\d+)?$/.test(given);
  return isNumber ? value(Number(given)) : opaque('a text as a number');
}

/** (a, b) = (c, d), IN, IS DISTINCT FROM. */
function rowComparison(
  kind: A_Expr['kind'],
  ones: readonly Node[],
  rows: readonly (readonly Node[])[],
  scope: Scope,
): Expression {
  const by = (name: string, others: readonly Node[]) =>
    ones.map((each, place) =>
      operator(name, [readExpression(each, scope), readExpression(others[place], scope)]),
    );
  const differ = () => anyOf(rows.flatMap(others => by('distinct', others)));
  if (kind === 'AEXPR_DISTINCT') return differ();
  if (kind === 'AEXPR_NOT_DISTINCT') return not(differ());
  return anyOf(rows.map(others => allOf(by('=', others))));
}

const isOrdering = /^[<>]=?$|BETWEEN/;

/** What stands in a comparison of an order: a text that is not in the order of its column is not that column. */
function ordered(node: Node | undefined, scope: Scope): Expression {
  const each = readExpression(node, scope);
  return node && isReordered(node, scope) ? opaque('a text in an order of its own', [each]) : each;
}

function isReordered(node: Node, scope: Scope): boolean {
  if ('CollateClause' in node) return true;
  if (!('TypeCast' in node) || !node.TypeCast.arg) return false;
  const { typeName, arg } = node.TypeCast;
  const category = categoryOf(readExpression(arg, scope));
  const isText = texts.has(namesIn(typeName?.names).at(-1) ?? '');
  return (isText && category !== null && category !== 'S') || isReordered(arg, scope);
}

function among(arg: Expression, values: readonly Expression[]): Expression {
  const open = values.map(each => operator('=', [arg, each]));
  return open.every(each => each.kind === 'value') || values.some(each => each.kind !== 'value')
    ? anyOf(open)
    : { kind: 'in', arg, values };
}

/** The elements of ARRAY[...] or of a literal such as '{a,b}'; null if it is neither. */
function elements(node: Node | undefined, scope: Scope): Expression[] | null {
  if (!node) return null;
  if ('A_ArrayExpr' in node)
    return (node.A_ArrayExpr.elements ?? []).map(each => readExpression(each, scope));
  if ('TypeCast' in node) return elements(node.TypeCast.arg, scope);
  const text = 'A_Const' in node ? node.A_Const.sval?.sval : undefined;
  if (text === undefined || !/^\{[^"{}\\]*\}$/.test(text)) return null;
  const items = text.slice(1, -1).trim();
  return items === ''
    ? []
    : items.split(',').map(each => value(/^\s*null\s*$/i.test(each) ? null : each.trim()));
}

const aggregates: ReadonlySet<string> = new Set(
  'count sum avg min max array_agg string_agg json_agg jsonb_agg bool_and bool_or every'.split(' '),
);

function called(call: FuncCall, scope: Scope): Expression {
  const names = namesIn(call.funcname);
  const [schema = null, name = ''] = names.length > 1 ? names.slice(-2) : [null, names[0]];
  const given = (call.args ?? []).map(each => givenArgument(each, inner => readExpression(inner, scope)));
  const args = given.map(each => each.value);
  if (aggregates.has(name) && !call.over) {
    const filter = call.agg_filter ? [readExpression(call.agg_filter, scope)] : [];
    const [first] = call.args ?? [];
    // ROW(...) is never NULL as a whole.
    const arg = call.agg_star || (first && 'RowExpr' in first) ? null : (args[0] ?? null);
    const distinct = call.agg_distinct ?? false;
    const counts = name === 'count' && !distinct && arg !== null && !hasCase(arg);
    return {
      kind: 'aggregate',
      name,
      arg: counts && arg.kind !== 'column' ? null : arg,
      distinct,
      conditions: counts ? [...filter, ...counted(arg)] : filter,
      sources: [],
    };
  }
  if (isOwnSetting(name, args)) return value(null);
  const result = scope.around.call(schema, name, given);
  if (result) return result;
  // Nothing of a record goes in, so nothing of it comes out.
  if (args.every(each => each.kind === 'value' || each.kind === 'session'))
    return {
      kind: 'session',
      name: `${name}(${name === 'current_setting' ? args.slice(0, 1).map(printed).join('') : ''})`,
      ...(computing.has(name) && args.every(isFixedValue) ? { fixed: true } : {}),
    };
  return opaque(`${name}()`, args);
}

// Functions by which numbers of advisory locks are made of texts.
const computing: ReadonlySet<string> = new Set(
  'hashtext hashtextextended md5 substr substring left right lpad rpad concat lower upper length abs'.split(
    ' ',
  ),
);
const isFixedValue = (each: Expression) =>
  each.kind === 'value' || (each.kind === 'session' && each.fixed === true);

/** A setting of the triggers that migrate installs: it is set only in a statement that changes keys. */
function isOwnSetting(name: string, [setting]: readonly Expression[]): boolean {
  return name === 'current_setting' && setting?.kind === 'value' && setting.value === countingAnew;
}

function subquery({ subLinkType, subselect, testexpr, operName = [] }: SubLink, scope: Scope): Expression {
  if (!subselect || !('SelectStmt' in subselect)) return opaque('a query');
  const isValue = subLinkType === 'EXPR_SUBLINK';
  const rows = scope.around.query(subselect.SelectStmt, isValue ? scope : perhaps(scope));
  switch (subLinkType) {
    case 'EXPR_SUBLINK': {
      const [row] = rows;
      const [only] = row?.columns ?? [];
      if (rows.length !== 1 || !row || !only) return opaque('a query');
      return lookedUp(row, only.value);
    }
    case 'EXISTS_SUBLINK':
      if (isOfNothing(subselect.SelectStmt)) return isBoolean(allOf(rows[0]?.conditions ?? []), true);
      return { kind: 'among', arg: null, rows };
    case 'ANY_SUBLINK':
      if (operName.length > 0 && namesIn(operName).at(-1) !== '=') break;
      return { kind: 'among', arg: readExpression(testexpr, scope), rows };
  }
  return opaque('a query');
}

/** SELECT of no table, which gives its row where WHERE is true. */
function isOfNothing(select: SelectStmt): boolean {
  const { op, fromClause, valuesLists, groupClause, havingClause, limitCount, limitOffset, withClause } =
    select;
  const clauses = [fromClause, valuesLists, groupClause, havingClause, limitCount, limitOffset, withClause];
  const isGiver = (select.targetList ?? []).some(
    each => 'ResTarget' in each && each.ResTarget.val && 'FuncCall' in each.ResTarget.val,
  );
  return (op ?? 'SETOP_NONE') === 'SETOP_NONE' && clauses.every(each => !each) && !isGiver;
}
