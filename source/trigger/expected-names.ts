import type { TriggerCatalog } from './catalog.ts';

/** The names that the migration uses. */
export const triggerName = 'trigger_auto_increment_preset_usage_count';
export const functionName = 'auto_increment_preset_usage_count';
export const trackName = 'track_preset_usage';

/** The hint that resolves most findings. */
export const migrateHint =
  'Run preset-usage migrate, or sql/20250930000001_fix_usage_tracking.sql by hand; both can be run repeatedly.';

/** True if the counting function exists, whether or not a trigger runs it. */
export function hasFunction({ functions, schemas }: TriggerCatalog): boolean {
  return functions.some(
    ({ name, schema, isTrigger }) => name === functionName && schemas.includes(schema) && isTrigger,
  );
}
