import type { TriggerCatalog } from './catalog.ts';

/** The names that the migration gives. */
export const triggerName = 'trigger_auto_increment_preset_usage_count';
export const functionName = 'auto_increment_preset_usage_count';
export const trackName = 'track_preset_usage';

/** The way out that mends most findings. */
export const migrateHint =
  'Run preset-usage migrate, or sql/20250930000001_fix_usage_tracking.sql by hand; both can be run again and again.';

/** True where the counting function is there, whether or not a trigger runs it. */
export function hasFunction({ functions, schemas }: TriggerCatalog): boolean {
  return functions.some(
    ({ name, schema, isTrigger }) => name === functionName && schemas.includes(schema) && isTrigger,
  );
}
