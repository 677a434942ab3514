import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import type { Value } from '../../../source/counters/body/expression.ts';
import { writingsOf } from '../../../source/counters/find/writings.ts';
import type { Circumstances } from '../../../source/trigger/defined/facts/circumstances.ts';
import { type CounterHealth, judgeCounter } from '../../../source/trigger/defined/judge.ts';
import { readingsOf } from '../../counters/catalog-of.ts';

/** A catalog in which nothing stands out: the count is 0 by default, and everything can happen. */
export const calm: Circumstances = {
  count: { nullable: false, default: '0', generated: false },
  // Keys are made, and everything else is NULL by default.
  columns: new Map<string, { nullable: boolean; default: Value | undefined }>([
    ['id', { nullable: false, default: undefined }],
    ...['deleted_at', 'status', 'amount', 'target_type', 'active'].map(
      name => [name, { nullable: true, default: null }] as const,
    ),
  ]),
  generated: [],
  causes: new Map(
    (['delete', 'move', 'condition', 'amount', 'truncate', 'update'] as const).map(event => [
      event,
      [{ kind: 'function', text: 'public.tidy() does it' }],
    ]),
  ),
  triggers: new Map(),
  functions: new Map(),
  unread: [],
  others: [],
  owner: 'owner',
  keyCascades: false,
  countRowsMade: true,
  countRowsThere: true,
};

/** The health of a counter in the database that `ddl` makes. */
export function healthOf(
  ddl: string,
  definition: CounterDefinition,
  circumstances: Partial<Circumstances> = {},
): CounterHealth {
  const readings = readingsOf(ddl);
  return judgeCounter({
    definition,
    catalog: readings.catalog,
    writings: writingsOf(readings),
    circumstances: { ...calm, ...circumstances },
  });
}

/** The health in short: each event with what happens to the count, then the codes of findings. */
export function told({ events, findings }: CounterHealth): string {
  const words = events.map(({ event, handled, effect, keptBy }) => {
    const what = handled === null ? '?' : handled ? effect : keptBy.length === 0 ? 'no' : 'wrong';
    return `${event} ${what}`;
  });
  const codes = findings.map(
    ({ code, severity }) => `${code}${severity === 'error' ? '!' : severity === 'info' ? '.' : ''}`,
  );
  return `${words.join(', ')} | ${codes.join(' ')}`.trim();
}
