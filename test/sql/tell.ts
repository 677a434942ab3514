import type { SqlReading } from '../../source/sql/sql-effects.ts';

/** A reading in short: `update public.presets usage_count adds 1`, `new.usage_count zero`, `dynamic`, `problem`. */
export function tell(reading: SqlReading): string[] {
  return [
    ...reading.writes.map(({ verb, action, table, columns, cascades }) => {
      const named = columns?.map(column => said(column)).join(', ') ?? '*';
      const how = verb === 'merge' ? `merge-${action}` : verb;
      return `${how} ${table.schema === null ? '' : `${table.schema}.`}${table.name} ${named}${cascades ? ' cascade' : ''}`;
    }),
    ...reading.fields.map(({ row, column }) => (column ? `${row}.${said(column)}` : `${row} as a whole`)),
    ...reading.dynamic.map(({ text }) => `dynamic ${text}`),
    ...(reading.problem ? [`problem ${reading.problem.message}`] : []),
  ];
}

function said({ name, how, by }: { name: string; how: string; by?: number | null }): string {
  return `${name} ${how}${by === undefined || by === null ? '' : ` ${by}`}`;
}
