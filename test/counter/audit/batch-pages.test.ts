import { expect, test } from 'vitest';
import type { AuditProgress } from '../../../source/counter/audit/audit-counters.ts';
import { batchPages } from '../../../source/counter/audit/batch-pages.ts';

const pages = Array.from({ length: 600 }, (_, at) => `${at + 1}`);

/** The events of an audit of which a page comes every ten milliseconds, if each event takes `takes` ms. */
function eventsOf(takes: number): string[][] {
  let now = 0;
  const events: string[][] = [];
  const page = batchPages(
    ({ counters }) => {
      events.push(counters.map(({ id }) => id));
      now += takes;
    },
    () => now,
  );
  for (const id of pages) {
    now += 10;
    page({ counters: [{ id }], last: id === pages.at(-1) } as AuditProgress);
  }
  return events;
}

test.each([
  ['a tenth of a second', 0, 60],
  ['longer where an event takes long, so that events take a tenth of the time', 100, 7],
])('pages are gathered for %s', (_, takes, events) => {
  expect(eventsOf(takes)).toHaveLength(events);
  expect(eventsOf(takes).flat()).toEqual(pages);
});
