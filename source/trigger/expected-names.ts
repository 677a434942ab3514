import type { TriggerCatalog } from './catalog.ts';

/** The names that the migration uses. */
export const triggerName = 'trigger_auto_increment_preset_usage_count';
export const functionName = 'auto_increment_preset_usage_count';
export const trackName = 'track_preset_usage';

/** True if the counting function exists, whether or not a trigger runs it. */
export function hasFunction({ functions, schemas }: TriggerCatalog): boolean {
  return functions.some(
    ({ name, schema, isTrigger }) => name === functionName && schemas.includes(schema) && isTrigger,
  );
}
