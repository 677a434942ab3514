import type { Node } from 'libpg-query';
import { decide } from '../../condition/decide.ts';
import { type Expression, type Row, within } from '../expression.ts';
import { isOpen, open } from '../variables.ts';
import type { Walking } from './walking.ts';

/**
 * FOUND after a query is whether its row is there. Where the body also inserts, it may ask for that to make the row, so nothing is
 * taken for known.
 */
export function setFound({ state: { variables }, read }: Walking, node: Node, rows: readonly Row[]): void {
  if (!variables.has('found')) return;
  const isKnown =
    'SelectStmt' in node &&
    rows.length === 1 &&
    !rows.some(({ columns }) => columns.some(each => hasAggregate(each.value))) &&
    !/\binsert\s+into\b/i.test(read.routine.source);
  if (isKnown) variables.set('found', { value: { kind: 'among', arg: null, rows } });
  else if (!isOpen(variables.get('found'))) variables.set('found', open);
}

const hasAggregate = (each: Expression) => [...within(each)].some(({ kind }) => kind === 'aggregate');

/** Whether a condition is not met where the statement before found a row. */
export const isUnfound = (each: Expression) => decide(each, inner => foundIs(inner, true)) === false;

/** Whether a condition is met where the statement before found none. */
export const isMetWhereNotFound = (each: Expression) => decide(each, inner => foundIs(inner, false)) === true;

const foundIs = (each: Expression, given: boolean) =>
  each.kind === 'session' && each.name === 'FOUND' ? given : undefined;
