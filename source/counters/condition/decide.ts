import { computed, type Expression, type Value } from '../body/expression.ts';

/** A count that is larger than any limit on it. */
export const many = 1_000_000_000;

/**
 * Whether a condition on a count may not be met where the count is large, as `total + NEW.n <= cap`. What is not known is a limit, but
 * for the other columns, which are taken for 1.
 */
export function isLimit(each: Expression, isCount: (inner: Expression) => boolean): boolean {
  const told = (inner: Expression) => {
    if (isCount(inner)) return many;
    return inner.kind === 'column' || inner.kind === 'argument' ? 1 : undefined;
  };
  return decide(each, told) !== true;
}

/** What an expression gives where `told` knows columns and queries; undefined where that does not tell. */
export function decide(each: Expression, told: (inner: Expression) => Value | undefined): Value | undefined {
  const inner = (arg: Expression) => decide(arg, told);
  switch (each.kind) {
    case 'value':
      return each.value;
    case 'operator': {
      const args = each.args.map(inner);
      return args.some(arg => arg === undefined) ? undefined : computed(each.name, args as Value[]);
    }
    case 'and':
    case 'or': {
      const args = each.args.map(inner);
      const ends = each.kind === 'or';
      if (args.includes(ends)) return ends;
      return args.includes(undefined) ? undefined : args.includes(null) ? null : !ends;
    }
    case 'not': {
      const arg = inner(each.arg);
      return arg === undefined || arg === null ? arg : !arg;
    }
    case 'null': {
      const arg = inner(each.arg);
      return arg === undefined ? undefined : arg === null;
    }
    case 'is': {
      const arg = inner(each.arg);
      return arg === undefined ? undefined : arg === each.value;
    }
    case 'case': {
      for (const { when, result } of each.branches) {
        const met = inner(when);
        if (met === undefined || met === true) return met && inner(result);
      }
      return inner(each.otherwise);
    }
    case 'coalesce': {
      const [first] = each.args.map(inner).filter(arg => arg !== null);
      return first;
    }
    default:
      return told(each);
  }
}
