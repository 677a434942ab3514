import { expect, test } from 'vitest';
import { readServerActivity } from '../../source/checklist/read-server-activity.ts';

const statistics = { since: null, commits: 1, rollbacks: 0, deadlocks: 0, mayReadLog: true };
const activity = (text: string) => {
  const answers = [[statistics], [{ log: 'log/postgresql' }], [{ text }]];
  return readServerActivity({ rows: async () => answers.shift() ?? [] });
};

const insert = 'INSERT INTO preset_usage VALUES (1)';
test.each([
  [
    'stderr',
    `2026-11-22 10:00:00 UTC [7] ERROR:  permission denied\n2026-11-22 10:00:00 UTC [7] STATEMENT:  ${insert}`,
  ],
  [
    'csvlog',
    `2026-11-22 10:00:00.123 UTC,"app","shop",7,"h:1",6.7,1,"INSERT",2026-11-22 09:00:00 UTC,3/4,0,ERROR,42501,"denied",,,,,,"${insert}",,,"node"`,
  ],
  [
    'jsonlog',
    `{"timestamp":"2026-11-22 10:00:00.123 UTC","error_severity":"ERROR","message":"denied","statement":"${insert}"}`,
  ],
])('the server’s own log is read as %s', async (_, text) => {
  expect((await activity(text))?.logErrors).toMatchObject([expect.stringMatching(/denied/)]);
  expect((await activity(text.replaceAll('preset_usage', 'orders')))?.logErrors).toEqual([]);
});

test('of a log that is not understood nothing is said', async () => {
  expect((await activity('<event/>\n'.repeat(20)))?.logErrors).toBeNull();
});
