import type { Comparison, Predicate } from '../../counter/definition/predicate.ts';
import type { Domain, DomainValue } from './domain.ts';
import type { RecordSet } from './record-set.ts';

/** A condition that is true for exactly these records; null if that is all of them. */
export function toPredicate(set: RecordSet, domains: readonly Domain[]): Predicate | null {
  const [first, ...others] = domains;
  if (!first) return null;
  const size = set.length / first.values.length;
  const slices = first.values.map((each, place) => ({
    each,
    rest: set.slice(place * size, (place + 1) * size),
  }));
  // Values with the same rest belong together.
  const groups = new Map<string, { values: DomainValue[]; rest: RecordSet }>();
  for (const { each, rest } of slices) {
    const key = rest.map(Number).join('');
    const group = groups.get(key) ?? { values: [], rest };
    group.values.push(each);
    groups.set(key, group);
  }
  const found = [...groups.values()]
    .filter(({ rest }) => rest.some(Boolean))
    .map(({ rest }) => {
      // Values that more is true for may stand here too: it is said shorter.
      const values = [...groups.values()]
        .filter(other => rest.every((each, place) => !each || other.rest[place]))
        .flatMap(other => other.values);
      const own = columnPredicate(
        first,
        first.values.filter(each => values.includes(each)),
      );
      const inner = toPredicate(rest, others);
      return joined(
        'and',
        [own, inner].filter(each => each !== null),
      );
    });
  if (found.some(each => each === null)) return null;
  return joined(
    'or',
    found.filter(each => each !== null),
  );
}

function joined(kind: 'and' | 'or', of: readonly Predicate[]): Predicate | null {
  const flat = of.flatMap(each => (each.kind === kind ? each.of : [each]));
  const [only] = flat;
  return flat.length === 0 ? null : flat.length === 1 && only ? only : { kind, of: flat };
}

/** A condition on one column that is true for these of its values; null if that is all of them. */
function columnPredicate(
  { column, category, values }: Domain,
  chosen: readonly DomainValue[],
): Predicate | null {
  if (chosen.length === values.length) return null;
  const withNull = chosen.some(({ value }) => value === null);
  const something = chosen.filter(({ value }) => value !== null);
  const isNull: Predicate = { kind: 'null', column };
  if (something.length === 0) return isNull;
  if (something.length === values.filter(({ value }) => value !== null).length)
    return { kind: 'not', of: isNull };
  if (category === 'B') return booleanPredicate(column, something[0]?.value === true, withNull);
  const ordered = values.some(({ below }) => below > 0);
  const own = ordered ? ranges(column, values, something) : listed(column, values, something);
  return withNull ? { kind: 'or', of: [isNull, own] } : own;
}

/** A boolean is true, false or unknown, and two of them are NOT the third. */
function booleanPredicate(column: string, value: boolean, withNull: boolean): Predicate {
  return withNull
    ? { kind: 'not', of: { kind: 'is', column, value: !value } }
    : { kind: 'is', column, value };
}

function listed(column: string, values: readonly DomainValue[], chosen: readonly DomainValue[]): Predicate {
  const texts = (list: readonly DomainValue[]) =>
    list.filter(({ named }) => named).map(({ value }) => String(value));
  if (!chosen.some(({ named }) => !named)) return oneOf(column, texts(chosen));
  const left = values.filter(each => each.value !== null && !chosen.includes(each));
  const [only, ...more] = texts(left);
  if (only !== undefined && more.length === 0)
    return { kind: 'compare', column, operator: '<>', value: only };
  return { kind: 'not', of: oneOf(column, texts(left)) };
}

function oneOf(column: string, values: readonly string[]): Predicate {
  const [only, ...more] = values;
  return only !== undefined && more.length === 0
    ? { kind: 'compare', column, operator: '=', value: only }
    : { kind: 'in', column, values };
}

/** Runs of neighbouring values, each between two of those that are named. */
function ranges(column: string, values: readonly DomainValue[], chosen: readonly DomainValue[]): Predicate {
  const something = values.filter(({ value }) => value !== null);
  const isIn = (each: DomainValue | undefined) => each !== undefined && chosen.includes(each);
  const found: Predicate[] = [];
  for (let from = 0; from < something.length; from += 1) {
    if (!isIn(something[from])) continue;
    let to = from;
    while (isIn(something[to + 1])) to += 1;
    found.push(range(column, something, from, to));
    from = to;
  }
  return joined('or', found) ?? { kind: 'null', column };
}

function range(column: string, values: readonly DomainValue[], from: number, to: number): Predicate {
  const compare = (operator: Comparison, each: DomainValue | undefined): Predicate => ({
    kind: 'compare',
    column,
    operator,
    value: String(each?.value),
  });
  const [first, last] = [values[from], values[to]];
  if (first === last && first?.named) return compare('=', first);
  const parts: Predicate[] = [];
  if (from > 0)
    parts.push(
      first?.named
        ? compare('>=', first)
        : compare(
            '>',
            values.slice(0, from).findLast(({ named }) => named),
          ),
    );
  if (to < values.length - 1)
    parts.push(
      last?.named
        ? compare('<=', last)
        : compare(
            '<',
            values.slice(to + 1).find(({ named }) => named),
          ),
    );
  return joined('and', parts) ?? { kind: 'not', of: { kind: 'null', column } };
}
