import type { Predicate } from '../../counter/definition/predicate.ts';
import { column, type Expression, type Value, value } from '../../counters/body/expression.ts';
import type { CatalogTable } from '../../counters/catalog.ts';

/** A definition's condition in the form that conditions of bodies have: on a record after an event. */
export function expressionOf(predicate: Predicate, table: CatalogTable): Expression {
  const inner = (each: Predicate) => expressionOf(each, table);
  const of = (name: string) => column({ kind: 'new', table, id: 0 }, name);
  const constant = (name: string, text: string) => value(typed(text, categoryOf(table, name)));
  switch (predicate.kind) {
    case 'compare':
      return {
        kind: 'operator',
        name: predicate.operator,
        args: [of(predicate.column), constant(predicate.column, predicate.value)],
      };
    case 'in':
      return {
        kind: 'in',
        arg: of(predicate.column),
        values: predicate.values.map(each => constant(predicate.column, each)),
      };
    case 'null':
      return { kind: 'null', arg: of(predicate.column) };
    case 'is':
      return { kind: 'is', arg: of(predicate.column), value: predicate.value };
    case 'not':
      return { kind: 'not', arg: inner(predicate.of) };
    default:
      return { kind: predicate.kind, args: predicate.of.map(inner) };
  }
}

function categoryOf(table: CatalogTable, name: string): string {
  return table.columns.find(each => each.name === name)?.category ?? 'S';
}

/** A constant as its column's category has it. */
export function typed(text: string, category: string): Value {
  if (category === 'B') return /^(?:t|true|on|yes|y|1)$/i.test(text);
  return category === 'N' && text.trim() !== '' && !Number.isNaN(Number(text)) ? Number(text) : text;
}
