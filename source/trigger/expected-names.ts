import { presetNames } from '../counter/definition/preset-names.ts';
import type { TriggerCatalog } from './catalog.ts';

/** The names that the migration uses. */
export const triggerName = presetNames.trigger;
export const functionName = presetNames.triggerFunction;
export const trackName = presetNames.track;

/** True if the counting function exists, whether or not a trigger runs it. */
export function hasFunction({ functions, schemas }: TriggerCatalog): boolean {
  return functions.some(
    ({ name, schema, isTrigger }) => name === functionName && schemas.includes(schema) && isTrigger,
  );
}
