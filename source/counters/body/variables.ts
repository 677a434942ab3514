import { choose, column, type Expression, isLarge, keyOf, type Source, value } from './expression.ts';
import { opaque, type Variable } from './scope.ts';

export type Variables = Map<string, Variable>;

/** Where a walk through a body is: what variables hold, what is true, and under which condition it has already ended. */
export interface State {
  variables: Variables;
  path: readonly Expression[];
}

/** FOUND, of which is not known what it is. */
export const open: Variable = { value: { kind: 'session', name: 'FOUND' } };

/** A variable of which is not known what it holds. */
export const unknownOf = (name: string): Variable => (name === 'found' ? open : { value: opaque(name) });

/** Whether it is not known what FOUND is. */
export const isOpen = (found: Variable | undefined) =>
  found !== undefined && 'value' in found && found.value.kind === 'session';

/** Every column of a row, as a record variable has it. */
export function wholeOf(source: Source): Variable {
  return {
    fields: source.table.columns.map(({ name }) => ({ name, value: column(source, name) })),
    whole: { kind: 'row', source },
  };
}

/** What variables hold after branches: the same in all, or by which of them was taken. */
export function mergedVariables(
  before: Variables,
  taken: readonly { when: Expression; variables: Variables }[],
): Variables {
  const [first, ...others] = taken;
  if (!first) return before;
  if (others.length === 0) return first.variables;
  const merged: Variables = new Map();
  for (const name of new Set(taken.flatMap(({ variables }) => [...variables.keys()]))) {
    const found = taken.map(({ variables }) => variables.get(name) ?? { value: value(null) });
    const [one] = found;
    if (one && found.every(each => each === one)) {
      merged.set(name, one);
      continue;
    }
    if (name === 'found') {
      merged.set(name, open);
      continue;
    }
    const chosen = (values: readonly Expression[]) => {
      const all = choose(
        values
          .slice(0, -1)
          .map((given, place) => ({ when: taken[place]?.when ?? value(true), result: given })),
        values.at(-1) ?? value(null),
      );
      return isLarge(all) ? opaque(name) : all;
    };
    const records = found.flatMap(each => ('fields' in each ? [each] : []));
    if (records.length < found.length) {
      merged.set(name, { value: chosen(found.map(each => ('value' in each ? each.value : opaque(name)))) });
      continue;
    }
    const fields = [...new Set(records.flatMap(each => each.fields.map(field => field.name)))];
    merged.set(name, {
      fields: fields.map(field => {
        const values = records.map(
          each => each.fields.find(other => other.name === field)?.value ?? opaque(`${name}.${field}`),
        );
        const [first] = values;
        return {
          name: field,
          value: first && values.every(each => keyOf(each) === keyOf(first)) ? first : chosen(values),
        };
      }),
    });
  }
  return merged;
}
