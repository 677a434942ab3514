import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';
import { scaledList } from '../helpers/scale.ts';
import { keys, startTerminal, type Terminal } from '../helpers/terminal.ts';

let own: TestDatabase;
let state: string;
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
  const [noir = ''] = await insertPresets(own.sql, ['Noir']);
  await insertRecords(own.sql, noir, 3);
  // The day in Kathmandu is another one, and so is the one in St. John's for the second.
  await own.sql`UPDATE preset_usage SET created_at = '2026-06-30T23:15:00Z'`;
});
afterAll(() => own.drop());
beforeEach(async () => {
  await own.sql`UPDATE presets SET last_used_at = '2026-07-01T01:30:00Z', usage_count = 5`;
  state = await mkdtemp(join(tmpdir(), 'times-'));
});
afterEach(async () => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
  await rm(state, { recursive: true, force: true });
});

/** The times with a date that do not say their zone, on a screen whose columns do not say it either. */
function unnamed(screen: string): string[] {
  const rest = screen.includes('When (UTC)')
    ? screen.replace(/^.*When \(UTC\)[\s\S]*?^ *\d+ of \d+/m, '')
    : screen;
  return [...rest.matchAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?(?! UTC|\+00)/g)].map(([time]) => time);
}

describe.each(
  scaledList(1, [
    ['Asia/Kathmandu', 'America/St_Johns'],
    ['America/St_Johns', 'Asia/Kathmandu'],
  ]),
)('on a machine in %s, with sessions in %s', (machine, session) => {
  const env = () => ({ DATABASE_URL: own.url, XDG_STATE_HOME: state, TZ: machine });
  beforeAll(async () => {
    await own.sql.unsafe(`ALTER DATABASE "${own.name}" SET TimeZone = '${session}'`);
  });

  test('every screen says one zone, and it is UTC', async () => {
    const console = startTerminal({ columns: 120, rows: 40, env: env() });
    terminal = console;
    await console.until(/1 of 1/);
    console.press(keys.enter);
    const preset = await console.until(/Latest records[\s\S]*2026-06-30 23:15:00 UTC/);
    expect(preset).toContain('2026-07-01 01:30:00 UTC');
    expect(unnamed(preset)).toEqual([]);
    console.press('w');
    const watched = await console.until(/Watching since \d\d:\d\d:\d\d UTC/);
    const [, at = ''] = /Watching since (\S+) UTC/.exec(watched) ?? [];
    const apart = Date.now() - Date.parse(`${new Date().toISOString().slice(0, 11)}${at}Z`);
    expect(Math.abs(apart) % 86_400_000).toBeLessThan(600_000);
    console.press('d');
    expect(await console.until(/no count has come out/)).toMatch(/Times are UTC/);
    console.press('?');
    const help = await console.until(/The newest record is from/);
    expect(unnamed(help)).toEqual([]);
    // From help over the drift log to the list.
    console.press('q', 'q', 'q');
    await console.exit();
  });

  test('plans and receipts say it too', needsFullScale(), async () => {
    const plan = await run(['sync', '--last-used', '--dry-run'], env());
    expect(plan.out).toContain('last_used_at 2026-07-01 01:30:00+00 -> 2026-06-30 23:15:00+00');
    expect(unnamed(plan.out)).toEqual([]);
    const { out } = await run(['check', '--json'], env());
    expect(JSON.parse(out).mismatches).toMatchObject([
      { lastUsedAt: '2026-07-01T01:30:00.000Z', lastRecordAt: '2026-06-30T23:15:00.000Z' },
    ]);
    const { fingerprint } = JSON.parse((await run(['sync', '--dry-run', '--json'], env())).out).plan;
    const hour = () => new Date().toISOString().slice(0, 13).replace('T', ' ');
    const before = hour();
    expect((await run(['sync', '--confirm', fingerprint], env())).code).toBe(0);
    const receipts = await run(['receipts'], env());
    expect(receipts.out).toMatch(/^\d{8}T\d{6}Z-sync-/);
    const console = startTerminal({ columns: 120, rows: 40, env: env() });
    terminal = console;
    await console.until(/1 of 1/);
    console.press('H');
    const history = await console.until(/When \(UTC\) +Action/);
    // An hour may have ended meanwhile.
    expect([before, hour()].some(when => history.includes(when))).toBe(true);
    expect(unnamed(history)).toEqual([]);
    console.press('q', 'q');
    await console.exit();
  });
});
