import { type Expression, isValue } from '../expression.ts';

/** The same condition, as an object of its own. */
export function apart(each: Expression): Expression {
  return each.kind === 'and' ? { ...each, args: each.args.map(apart) } : { ...each };
}

/** The conditions of which all have to be true. */
export function parts(each: Expression): readonly Expression[] {
  return each.kind === 'and' ? each.args : isValue(each, true) ? [] : [each];
}
