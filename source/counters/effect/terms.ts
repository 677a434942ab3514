import {
  coalesce,
  counted,
  type Expression,
  hasCase,
  isValue,
  keyOf,
  type Source,
  sourceKey,
  value,
  within,
} from '../body/expression.ts';
import { decide, isLimit, many } from '../condition/decide.ts';
import { asCase } from './equalities.ts';

/** What is added to a count: a number, a column, or an aggregate; the sign is that of the sum. */
export interface Term {
  sign: 1 | -1;
  /** Where the value has this term. */
  when: readonly Expression[];
  amount: Expression;
}

/** A new value of a column: added to the old one, or set to something. */
export type Sum =
  | {
      kind: 'adds';
      terms: readonly Term[];
      clamped: boolean;
      /** It is not added to where it is large. */
      limited: boolean;
    }
  | { kind: 'sets'; terms: readonly Term[] };

/** One way in which an expression comes out, with what is true then. */
export interface Way {
  when: readonly Expression[];
  value: Expression;
}

const most = 32;
const tooMany: Expression = { kind: 'opaque', text: 'a CASE of many ways', args: [] };

/** What a value makes of the column that it is given to. Each way that CASE may go is one of the answers. */
export function sumsOf(given: Expression, target: Source, name: string): Sum[] {
  const isSelf = (each: Expression) =>
    each.kind === 'column' && each.column === name && sourceKey(each.source) === sourceKey(target);
  const all = ways(given);
  const isLost = all.length > most || all.some(({ value: way }) => mentions(way, each => each === tooMany));
  if (isLost)
    return [
      { kind: 'adds', terms: [{ sign: 1, when: [], amount: tooMany }], clamped: false, limited: false },
    ];
  return all.map(({ when, value: way }) => {
    const clamped =
      [...within(way)].some(({ kind }) => kind === 'extreme') || when.some(each => mentions(each, isSelf));
    const when2 = when.filter(each => !mentions(each, isSelf));
    const terms = linear(way, 1, isSelf);
    const self = terms.filter(({ amount }) => isSelf(amount));
    const rest = terms
      .filter(({ amount }) => !isSelf(amount) && !isValue(amount, 0))
      .map(term => ({ ...term, when: when2 }));
    // A limit that is not looked through is told.
    const isKept = rest.some(({ amount }) => amount.kind === 'extreme' && mentions(amount, isSelf));
    return isKept || (self.length === 1 && self[0]?.sign === 1)
      ? { kind: 'adds', terms: rest, clamped, limited: isLimited(way, when, isSelf) }
      : { kind: 'sets', terms: rest };
  });
}

/** LEAST(count + 1, 5), or CASE WHEN count < 5 THEN count + 1. */
function isLimited(
  way: Expression,
  when: readonly Expression[],
  isSelf: (inner: Expression) => boolean,
): boolean {
  return (
    [...within(way)].some(
      each => each.kind === 'extreme' && each.name === 'LEAST' && mentions(each, isSelf),
    ) || when.some(each => mentions(each, isSelf) && isLimit(each, isSelf))
  );
}

function mentions(each: Expression, what: (inner: Expression) => boolean): boolean {
  return [...within(each)].some(what);
}

// A variable that is set in many branches is one expression, many times inside another.
const known = new WeakMap<Expression, readonly Way[]>();

/** The ways that CASE inside a sum may go, each with its condition. */
export function ways(each: Expression): readonly Way[] {
  const found = known.get(each) ?? waysOf(each);
  known.set(each, found);
  return found;
}

function waysOf(each: Expression): readonly Way[] {
  switch (each.kind) {
    case 'case': {
      const plain = plainly(each);
      if (plain) return [{ when: [], value: plain }];
      const passed: Expression[] = [];
      const found: Way[] = [];
      for (const { when, result } of each.branches) {
        const before = [...passed];
        found.push(...ways(result).map(way => ({ when: [...before, when, ...way.when], value: way.value })));
        passed.push({ kind: 'not', arg: { kind: 'is', arg: when, value: true } });
      }
      found.push(...ways(each.otherwise).map(way => ({ when: [...passed, ...way.when], value: way.value })));
      return found;
    }
    case 'operator':
    case 'extreme':
    case 'coalesce': {
      if (each.kind === 'operator' && !['+', '-'].includes(each.name)) return [{ when: [], value: each }];
      let combined: { when: readonly Expression[]; args: Expression[] }[] = [{ when: [], args: [] }];
      for (const arg of each.args) {
        const inner = ways(arg);
        combined = combined.flatMap(left =>
          inner.map(way => ({ when: [...left.when, ...way.when], args: [...left.args, way.value] })),
        );
        if (combined.length > most) return [{ when: [], value: tooMany }];
      }
      return combined.map(({ when, args }) => ({
        when,
        value: each.kind === 'coalesce' ? coalesce(args) : { ...each, args },
      }));
    }
    case 'lookup': {
      const chosen = asCase(each);
      if (chosen) return ways(chosen);
      return ways(each.value).map(way => ({
        when: [...way.when, ...each.conditions],
        value: way.value,
      }));
    }
    case 'aggregate': {
      // sum(CASE WHEN ... THEN 1 ELSE 0 END) is a sum of each way; count(CASE ...) counts where it is not NULL.
      if (each.arg === null || !hasCase(each.arg)) return [{ when: [], value: each }];
      const counts = each.name === 'count' && !each.distinct;
      const added = ways(each.arg)
        .filter(way => !isValue(way.value, null) && (counts || !isValue(way.value, 0)))
        .map(
          (way): Expression => ({
            ...each,
            arg: counts ? null : way.value,
            conditions: [...each.conditions, ...way.when, ...(counts ? counted(way.value) : [])],
          }),
        );
      const [first, ...others] = added;
      if (!first) return [{ when: [], value: value(0) }];
      return [
        {
          when: [],
          value: others.reduce(
            (left, right) => ({ kind: 'operator', name: '+', args: [left, right] }),
            first,
          ),
        },
      ];
    }
    default:
      return [{ when: [], value: each }];
  }
}

/** The aggregate that CASE gives whatever it is, such as CASE WHEN count(*) > 0 THEN count(*) ELSE 0 END; null if it changes it. */
function plainly(each: Expression): Expression | null {
  const [only, ...others] = [...within(each)].filter(({ kind }) => kind === 'aggregate');
  if (only?.kind !== 'aggregate' || others.some(other => keyOf(other) !== keyOf(only))) return null;
  const named = [...within(each)].flatMap(inner =>
    inner.kind === 'value' && typeof inner.value === 'number'
      ? [inner.value - 1, inner.value, inner.value + 1]
      : [],
  );
  const counts = [0, 1, 2, many, ...named.filter(number => number >= 0)];
  const given = only.name === 'count' ? counts : [null, ...counts, ...named, -1, -2, -many];
  const isSame = given.every(number => {
    const result = decide(each, inner => (inner.kind === 'aggregate' ? number : undefined));
    // No record may be written as NULL.
    return result !== undefined && (result ?? 0) === (number ?? 0);
  });
  return isSame ? only : null;
}

/** The terms of a sum. What only guards against NULL or a negative number is looked through. */
function linear(each: Expression, sign: 1 | -1, isSelf: (inner: Expression) => boolean): Term[] {
  const one = (amount: Expression, turned = sign): Term[] => [{ sign: turned, when: [], amount }];
  switch (each.kind) {
    case 'operator': {
      const [left, right] = each.args;
      if (each.name === '+' && left && right)
        return [...linear(left, sign, isSelf), ...linear(right, sign, isSelf)];
      if (each.name === '-' && left && right)
        return [...linear(left, sign, isSelf), ...linear(right, sign === 1 ? -1 : 1, isSelf)];
      if (each.name === '*' && left && right) return product(left, right, sign, isSelf) ?? one(each);
      return one(each);
    }
    case 'coalesce': {
      const [first, second, third] = each.args;
      // What is added for NULL is nothing; a count of NULL may begin at any number.
      const isGuard = second?.kind === 'value' && (isValue(second, 0) || (first && mentions(first, isSelf)));
      return first && !third && isGuard ? linear(first, sign, isSelf) : one(each);
    }
    case 'extreme': {
      const open = each.args.filter(arg => arg.kind !== 'value');
      // Around the count it is only a limit of the count. Around what is added it changes what is added.
      const isClamp =
        mentions(each, isSelf) &&
        (each.name === 'LEAST' || each.args.every(arg => arg.kind !== 'value' || Number(arg.value) <= 0));
      return open.length === 1 && open[0] && (isClamp || neverBinds(each))
        ? linear(open[0], sign, isSelf)
        : one(each);
    }
    case 'lookup':
      return linear(each.value, sign, isSelf).map(term => ({
        ...term,
        when: [...term.when, ...each.conditions],
      }));
    case 'aggregate': {
      // The sum of a difference is the difference of sums.
      const { arg } = each;
      if (each.name !== 'sum' || !arg || each.distinct) return one(each);
      const inner = linear(arg, sign, () => false);
      if (inner.length === 1 && inner[0]?.amount === arg) return one(each);
      return inner
        .filter(({ amount }) => !isValue(amount, 0))
        .map(term => ({ ...term, amount: { ...each, arg: term.amount } }));
    }
    case 'value':
      if (typeof each.value === 'number' && each.value < 0)
        return one(value(-each.value), sign === 1 ? -1 : 1);
      return one(each);
    default:
      return one(each);
  }
}

/** GREATEST(count(*), 0): no number of records is below 0. */
function neverBinds({ name, args }: Extract<Expression, { kind: 'extreme' }>): boolean {
  return (
    name === 'GREATEST' &&
    args.every(arg =>
      arg.kind === 'value'
        ? typeof arg.value === 'number' && arg.value <= 0
        : arg.kind === 'aggregate' && arg.name === 'count',
    )
  );
}

/** A factor of 1 or -1 only turns the sign. */
function product(
  left: Expression,
  right: Expression,
  sign: 1 | -1,
  isSelf: (inner: Expression) => boolean,
): Term[] | null {
  for (const [factor, other] of [
    [left, right],
    [right, left],
  ] as const) {
    if (isValue(factor, 1)) return linear(other, sign, isSelf);
    if (isValue(factor, -1)) return linear(other, sign === 1 ? -1 : 1, isSelf);
  }
  return null;
}
