import type { IntoTarget, Step } from '../../../sql/body/steps.ts';
import { column, type Expression, isLarge, type Row, type Source } from '../expression.ts';
import { heldAs } from '../expressions.ts';
import { lookedUp, opaque } from '../scope.ts';
import { unknownOf, wholeOf } from '../variables.ts';
import { assignedIn } from './assigned.ts';
import type { Walking } from './walking.ts';

/** Assigns to a variable, or to a field of one: to a column of NEW, that is what is stored. */
export function assign(walk: Walking, parts: readonly string[], given: Expression, line: number): void {
  const [name = '', field] = withoutLabel(walk, parts);
  const { variables } = walk.state;
  if (field === undefined) {
    variables.set(name, given.kind === 'row' ? wholeOf(given.source) : { value: heldBy(walk, name, given) });
    return;
  }
  const before = variables.get(name);
  const fields = before && 'fields' in before ? before.fields : [];
  variables.set(name, {
    ...(before && 'fields' in before && before.whole ? { whole: before.whole } : {}),
    fields: [...fields.filter(each => each.name !== field), { name: field, value: given }],
  });
  if (name === 'new') store(walk, field, given, line);
}

/** A column of the row that a trigger changes before it is stored. */
function store(
  { start: { own }, context, state, read }: Walking,
  field: string,
  given: Expression,
  line: number,
) {
  if (!own) return;
  const target: Source = { kind: 'table', table: own, id: context.next() };
  const [key = []] = own.unique;
  context.outcome.changes.push({
    target,
    column: field,
    value: given,
    conditions: [
      ...state.path,
      ...key.map(each => ({
        kind: 'operator' as const,
        name: '=',
        args: [column(target, each), column({ kind: 'new', table: own, id: 0 }, each)],
      })),
    ],
    verb: 'assign',
    repeated: context.loops > 0,
    place: { routine: read.routine.identity, line },
  });
}

/** What the variables of INTO or of a loop hold after a query: the columns of its row if it can be only one. */
export function assignRow(
  walk: Walking,
  target: IntoTarget,
  rows: readonly Row[],
  how: 'looked up' | 'at hand',
): void {
  const [row, more] = rows;
  if (!row || more) {
    assignUnknown(walk, target);
    return;
  }
  const given = (each: Expression): Expression => (how === 'looked up' ? lookedUp(row, each) : each);
  if ('record' in target) {
    walk.state.variables.set(target.record, {
      fields: row.columns.map(each => ({ name: each.name, value: given(each.value) })),
    });
    return;
  }
  for (const [place, name] of target.variables.entries()) {
    const found = row.columns[place]?.value;
    assignValue(walk, name, found ? given(found) : opaque(name.join('.')));
  }
}

/** What they hold after a query of which nothing is known. */
export function assignUnknown(walk: Walking, target: IntoTarget): void {
  if ('record' in target) walk.state.variables.set(target.record, { fields: [] });
  else for (const name of target.variables) assignValue(walk, name, opaque(name.join('.')));
}

function assignValue(walk: Walking, parts: readonly string[], given: Expression): void {
  const [name = '', field] = withoutLabel(walk, parts);
  if (field === undefined) walk.state.variables.set(name, { value: heldBy(walk, name, given) });
  else assign(walk, [name, field], given, 1);
}

/** What steps assign is not known where they may have been gone through before. */
export function forget(walk: Walking, steps: readonly Step[]): void {
  const variables = new Map(walk.state.variables);
  walk.state = { ...walk.state, variables };
  for (const parts of assignedIn(steps)) {
    const [name = '', field] = withoutLabel(walk, parts);
    const held = variables.get(name);
    if (field === undefined || !held || !('fields' in held)) {
      if (name !== 'found' || held) variables.set(name, unknownOf(name));
      continue;
    }
    const fields = held.fields.filter(each => each.name !== field);
    variables.set(name, { ...held, fields: [...fields, { name: field, value: opaque(parts.join('.')) }] });
  }
}

/** What a variable holds that is given this. */
function heldBy({ read: { body } }: Walking, name: string, given: Expression): Expression {
  const { types, shared } = body;
  if (shared.includes(name) || isLarge(given)) return opaque(name);
  const type = types[name];
  return type ? heldAs(type, given) : given;
}

/** The parts of a name without the label of its block. */
function withoutLabel({ read: { body } }: Walking, parts: readonly string[]): readonly string[] {
  const [label = '', name = ''] = parts;
  const { variables } = body;
  return parts.length === 2 && !variables.includes(label) && variables.includes(name) ? [name] : parts;
}
