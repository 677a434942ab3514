import { presetNames } from '../counter/definition/preset-names.ts';
import type { TriggerCatalog } from './catalog.ts';

/** The names that the migration uses. */
export const triggerName = presetNames.trigger;
export const functionName = presetNames.triggerFunction;
export const trackName = presetNames.track;
export const dailyIndexName = presetNames.dailyIndex;

/** The same with the schema that it is written for. */
const inSchema = (name: string) => `${presetNames.schema}.${name}`;
export const rowsTable = inSchema(presetNames.rows);
export const recordsTable = inSchema(presetNames.records);
export const countingFunction = `${inSchema(functionName)}()`;
export const trackFunction = inSchema(trackName);
export const dailyIndex = inSchema(dailyIndexName);

/** The parameters of the function for a use; the last may be left out. */
export const trackParameters = [
  { name: `p_${presetNames.reference}`, type: 'uuid' },
  { name: `p_${presetNames.kind}`, type: 'text' },
  { name: `p_${presetNames.data}`, type: 'jsonb' },
] as const;

/** Matches the types of one that answers the same calls, as PostgreSQL lists them; for JavaScript and for PostgreSQL. */
export const trackTypes = '^uuid, (?:text|character varying)(?:, jsonb?)?$';

/** The migration itself, from the package's top. */
export const migrationFile = 'sql/20250930000001_fix_usage_tracking.sql';

/** True if the counting function exists, whether or not a trigger runs it. */
export function hasFunction({ functions, schemas }: TriggerCatalog): boolean {
  return functions.some(
    ({ name, schema, isTrigger }) => name === functionName && schemas.includes(schema) && isTrigger,
  );
}
