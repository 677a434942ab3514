import type { CounterDefinition } from './definition.ts';

/** Which counter is meant: that of presets in a schema, given by the schema's name, or the one of a definition. */
export type CounterChoice = string | CounterDefinition;

/** The schema that comes first where a name has none. */
export function schemaOf(choice: CounterChoice): string {
  return typeof choice === 'string' ? choice : choice.row.schema;
}

/** True for the counter of presets, however it was named. */
export function isOfPresets(
  choice: CounterChoice,
): choice is string | (CounterDefinition & { source: { kind: 'built-in' } }) {
  return typeof choice === 'string' || choice.source.kind === 'built-in';
}
