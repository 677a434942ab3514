import { comparisons, computed, type Expression, type Source, type Value } from '../body/expression.ts';

/** What the columns of a record hold; `side` is before or after an event. */
export type Holding = (side: 'new' | 'old', column: string) => Value;

/** The value of a condition as SQL computes it, with NULL for unknown. Only for what `isReadable` accepts. */
export function evaluate(each: Expression, of: Holding): Value {
  const inner = (arg: Expression) => evaluate(arg, of);
  switch (each.kind) {
    case 'value':
      return each.value;
    case 'column':
      return of(each.source.kind === 'old' ? 'old' : 'new', each.column);
    case 'operator':
      return computed(each.name, each.args.map(inner)) ?? null;
    case 'and':
      return each.args
        .map(inner)
        .reduce((left, right) => (left === false || right === false ? false : left && right), true);
    case 'or':
      return each.args
        .map(inner)
        .reduce(
          (left, right) =>
            left === true || right === true ? true : left === null || right === null ? null : false,
          false,
        );
    case 'not': {
      const value = inner(each.arg);
      return value === null ? null : !value;
    }
    case 'null':
      return inner(each.arg) === null;
    case 'is':
      return inner(each.arg) === each.value;
    case 'in':
      return evaluate(
        {
          kind: 'or',
          args: each.values.map(value => ({ kind: 'operator', name: '=', args: [each.arg, value] })),
        },
        of,
      );
    case 'coalesce':
      return each.args.map(inner).find(value => value !== null) ?? null;
    case 'case': {
      const branch = each.branches.find(({ when }) => inner(when) === true);
      return inner(branch ? branch.result : each.otherwise);
    }
    default:
      return null;
  }
}

/** Whether a condition can be computed from the columns of records before and after an event, compared with constants alone. */
export function isReadable(each: Expression, isRecord: (source: Source) => boolean): boolean {
  const inner = (arg: Expression): boolean => isReadable(arg, isRecord);
  switch (each.kind) {
    case 'value':
      return true;
    case 'column':
      return isRecord(each.source);
    case 'operator':
      if (isChoice(each)) return choicesIn(each).every(inner);
      return (
        (each.name === 'distinct' || comparisons.has(each.name)) &&
        each.args.every(inner) &&
        !comparesColumns(each.args)
      );
    case 'and':
    case 'or':
    case 'coalesce':
      return each.args.every(inner);
    case 'not':
    case 'null':
    case 'is':
      return inner(each.arg);
    case 'in':
      return inner(each.arg) && each.values.every(({ kind }) => kind === 'value');
    case 'case':
      return each.branches.every(({ when, result }) => inner(when) && inner(result)) && inner(each.otherwise);
    default:
      return false;
  }
}

/** A sum of constants, each of which CASE may choose. */
export function isChoice(each: Expression): boolean {
  if (each.kind === 'value') return true;
  if (each.kind === 'case')
    return each.branches.every(({ result }) => isChoice(result)) && isChoice(each.otherwise);
  return each.kind === 'operator' && ['+', '-'].includes(each.name) && each.args.every(isChoice);
}

/** The parts of such a sum that depend on conditions. */
function choicesIn(each: Expression): Expression[] {
  if (each.kind === 'case') return [each];
  return each.kind === 'operator' ? each.args.flatMap(choicesIn) : [];
}

/** Two different columns of a record: what a comparison of them gives is no matter of constants. */
function comparesColumns(args: readonly Expression[]): boolean {
  const names = new Set(args.flatMap(columnsIn));
  return args.filter(arg => columnsIn(arg).length > 0).length > 1 && names.size > 1;
}

/** The columns that a readable condition depends on. */
export function columnsIn(each: Expression): string[] {
  switch (each.kind) {
    case 'column':
      return [each.column];
    case 'operator':
    case 'and':
    case 'or':
    case 'coalesce':
      return each.args.flatMap(columnsIn);
    case 'not':
    case 'null':
    case 'is':
      return columnsIn(each.arg);
    case 'in':
      return columnsIn(each.arg);
    case 'case':
      return [
        ...each.branches.flatMap(({ when, result }) => [...columnsIn(when), ...columnsIn(result)]),
        ...columnsIn(each.otherwise),
      ];
    default:
      return [];
  }
}
