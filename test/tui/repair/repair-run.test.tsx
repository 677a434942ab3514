import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import type { Repair } from '../../../source/tui/repair/model.ts';
import { RepairRun } from '../../../source/tui/repair/repair-run.tsx';

const progress = {
  done: 100,
  presets: 1_000,
  records: 0,
  allRecords: 0,
  longestHeld: 3,
  held: 5,
  waits: 0,
  busy: 0,
  standbyWait: 0,
  standbysLeft: 0,
  standbyBehind: 0,
  elapsed: 1_000,
  remaining: 9_000,
};
const screen = (more: Partial<typeof progress>) =>
  renderToString(
    <RepairRun
      repair={{ progress: { ...progress, ...more }, plan: null, stopping: null } as unknown as Repair}
      lost={false}
    />,
    { columns: 80 },
  );

test('a repair that waits for a standby says so, and afterwards how long it waited', () => {
  expect(screen({})).not.toContain('tandby');
  expect(screen({ standbyBehind: 40 * 1024 * 1024 })).toContain(
    'It waits for a standby, which is 40 MB behind',
  );
  expect(screen({ standbyWait: 12_000, standbysLeft: 1 })).toMatch(
    /Standbys +waited 12 s for standbys; 1 of them came no closer, so it went on/,
  );
});
