import type { DriftEvent } from '../../../source/watch/drift-event.ts';
import type { EventSource } from '../../../source/watch/kept/event-line.ts';
import { noSessions } from '../../../source/watch/session-activity.ts';
import { defined } from '../../helpers/definitions.ts';

const second = Date.parse('2026-01-02T03:04:05.000Z');

/** A counter of posts in the database that `identity` names. */
export const sampleSource = (identity = 'server/shop/1/2/3', key = ['id']): EventSource => ({
  identity,
  database: { name: 'shop', host: 'db' },
  definition: defined({
    row: { table: 'posts', key, count: 'comments_count' },
    record: { table: 'comments', reference: key },
  }),
});

/** An increment without a record, so many seconds after the others began. */
export const sampleEvent = (id: string, at = 0, more: Partial<DriftEvent> = {}): DriftEvent => ({
  preset: { id, name: `name ${id}` },
  since: second + (at - 2) * 1_000,
  at: second + at * 1_000,
  change: {
    kind: 'count-without-record',
    before: { usageCount: 10, records: 10 },
    after: { usageCount: 11, records: 10 },
    countBy: 1,
    recordsBy: 0,
    lastUsedMoved: false,
  },
  writers: noSessions,
  ...more,
});
