import type { SqlCall, SqlCreate } from './sql-effects.ts';
import { type SqlLocation, statementText } from './sql-location.ts';
import type { ReadBody } from './sql-reader.ts';

/** The job that a pg_cron call creates: `cron.schedule([name,] schedule, command)`, if the command is a plain string. */
export function jobOf(
  { schema, name, literals, offset }: SqlCall,
  place: SqlLocation,
  bodies: ReadBody,
): SqlCreate | null {
  if (schema !== 'cron' || (name !== 'schedule' && name !== 'schedule_in_database')) return null;
  const [jobName, schedule, command] = literals.length === 2 ? [null, ...literals] : literals;
  if (!command) return null;
  const at = place.text.indexOf(command, offset);
  return {
    kind: 'job',
    name: { schema: null, name: jobName ?? '' },
    schedule: schedule ?? null,
    command,
    reading: bodies('sql', command, at < 0 ? offset : at, place),
    offset,
    text: statementText(place),
  };
}
