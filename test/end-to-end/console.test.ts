import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { scaledList } from '../helpers/scale.ts';
import {
  keys,
  onAlternateScreen,
  program,
  startTerminal,
  type Terminal,
  type TerminalOptions,
} from '../helpers/terminal.ts';

let own: TestDatabase;
let ids: string[];
let terminal: Terminal | undefined;

beforeAll(async () => {
  own = await createDatabase();
});
afterAll(() => own.drop());

beforeEach(async () => {
  await own.sql`TRUNCATE presets, preset_usage CASCADE`;
  ids = await insertPresets(own.sql, [
    'Noir',
    'Pastel',
    'Watercolour',
    'Ünïcödé 日本語',
    'evil \u001b[31mred\u001b[0m\u0007',
  ]);
  for (const [index, id] of ids.entries()) await insertRecords(own.sql, id, 10 - index);
  await own.sql`UPDATE presets SET usage_count = 42 WHERE name = 'Pastel'`;
});
afterEach(() => {
  terminal?.kill('SIGKILL');
  terminal = undefined;
});

function open(options: TerminalOptions = {}): Terminal {
  terminal = startTerminal({ ...options, env: { DATABASE_URL: own.url, ...options.env } });
  return terminal;
}

const row = (screen: string, name: string) => screen.split('\n').find(line => line.includes(name)) ?? '';

describe.each(
  scaledList(1, [
    [80, 24],
    [200, 50],
  ]),
)('the list at %ix%i', (columns, rows) => {
  test('shows who the server is, the trigger, the sums, and a badge on every preset', async () => {
    const screen = await open({ columns, rows }).until(/Trigger enabled[\s\S]*5 presets/);
    // Where there is no room, the host and the version are worth more than the name.
    if (columns > 80) expect(screen).toMatch(new RegExp(` ${own.name} at \\S+ as postgres, PostgreSQL \\d+`));
    else expect(screen).toMatch(new RegExp(`^ local {2}${own.name.slice(0, 6)}\\w+… at [\\d.:]+, PG \\d+`));
    expect(screen).toMatch(/, read-write, no TLS, superuser$/m);
    expect(screen).toMatch(/Trigger enabled \(origin\)/);
    expect(screen).toMatch(/5 presets {2}4 accurate {2}1 mismatched \(1↑ 0↓\) {2}40 records/);
    expect(row(screen, 'Noir')).toMatch(/10 +10 +0 +✓ Accurate +just now/);
    expect(row(screen, 'Pastel')).toMatch(/42 +9 +\+33 +✗ Mismatch/);
    expect(row(screen, 'evil red')).toMatch(/✓ Accurate/);
    expect(screen.split('\n')).toHaveLength(rows);
    expect(screen.split('\n').at(-1)).toMatch(/Enter open .* q quit$/);
  });

  test('aligns every column, whatever the names', async () => {
    const screen = await open({ columns, rows }).until(/5 presets/);
    const lines = screen.split('\n').filter(line => /✓ Accurate|✗ Mismatch/.test(line));
    expect(lines).toHaveLength(5);
    const wide = (text: string) =>
      Array.from(text).reduce((sum, letter) => sum + (/[\u3000-\u9fff]/.test(letter) ? 2 : 1), 0);
    expect(new Set(lines.map(line => wide(line.slice(0, line.search(/[✓✗]/))))).size).toBe(1);
  });
});

describe('keys', () => {
  test('move the cursor, even when they arrive together', async () => {
    const console = open();
    await console.until(/1 of 5/);
    console.press('jj');
    await console.until(/3 of 5/);
    console.press(keys.up);
    await console.until(/2 of 5/);
    console.press('G');
    await console.until(/5 of 5/);
    console.press(keys.home);
    await console.until(/1 of 5/);
    console.press(keys.pageDown);
    await console.until(/5 of 5/);
    console.press(keys.pageUp);
    await console.until(/1 of 5/);
  });

  test('sort, and show only mismatches', async () => {
    const console = open();
    await console.until(/Drift ↓[\s\S]*5 presets|5 presets[\s\S]*Drift ↓/);
    console.press('s');
    await console.until(/Uses ↓/);
    console.press('1');
    await console.until(
      screen => /Preset ↓/.test(screen) && screen.indexOf('Noir') < screen.indexOf('Pastel'),
    );
    console.press('m');
    const screen = await console.until(/1 of 1, only mismatches/);
    expect(screen).toContain('Pastel');
    expect(screen).not.toContain('Noir');
  });

  test('filter while typing, keep it with Enter and clear it with Escape', async () => {
    const console = open();
    await console.until(/5 presets/);
    console.press('/');
    await console.until(/Esc clear/);
    console.press('wat');
    await console.until(screen => /1 of 1/.test(screen) && screen.includes('Watercolour'));
    console.press('q', keys.backspace, keys.backspace, keys.enter);
    await console.until(/filter "wa"/);
    console.press(keys.escape);
    await console.until(screen => /1 of 5\b/.test(screen) && !screen.includes('filter "'));
  });

  test('are not needed to start with one preset', async () => {
    const screen = await open({ args: ['--preset', 'noir'] }).until(/1 of 1, filter "noir"/);
    expect(screen).toContain('Noir');
  });

  test('that are pasted are text, not commands', async () => {
    const console = open();
    await console.until(/5 presets/);
    console.press('\u001b[200~qqq\u001b[201~', '/');
    await console.until(/Esc clear/);
    console.press('\u001b[200~noi\r\u001b[201~');
    await console.until(screen => /1 of 1/.test(screen) && screen.includes('Noir'));
  });

  test('open a preset with its latest records, and go back', async () => {
    // The diagnosis comes first, and fills a small screen.
    const console = open({ rows: 50 });
    await console.until(/5 presets/);
    console.press(keys.enter);
    const screen = await console.until(/Latest records\n +\d{4}-/);
    expect(screen).toMatch(/^Pastel {2}presets\.usage_count in \w+$/m);
    expect(screen).toMatch(/usage_count +42/);
    expect(screen).toMatch(/Records +9/);
    expect(screen).toMatch(/Drift +\+33: the count is too high/);
    // The plot of all records takes the place of the last days, once it and the diagnosis are there.
    await console.until(/(Uses per day|All records) +█/);
    console.press('v');
    await console.until(
      /Uses per hour +█\n +last 48 hours \(UTC\), at most 9 per hour\nLast 7 days +9, and 0 in [^\n]*\nTop types +generation 9\nTop users +NULL 9\n/,
    );
    console.press(keys.escape);
    await console.until(/1 of 5/);
  });

  test('show the trigger, and every key in the help', async () => {
    const console = open();
    await console.until(/5 presets/);
    console.press('t');
    const trigger = await console.until(/Healthy: according to the catalog/);
    expect(trigger).toMatch(/Fires +AFTER INSERT, for each statement/);
    console.press('?');
    await console.until(/Keys here[\s\S]*One row up/);
    console.press(keys.pageDown);
    await console.until(/Questions/);
    console.press('G');
    await console.until(/Drift is usage_count minus records/);
    console.press(keys.escape);
    await console.until(/Healthy: according to the catalog/);
  });

  test('pause and resume', async () => {
    const console = open();
    await console.until(/5 presets/);
    // By name.
    console.press(':', 'paus');
    await console.until(/^› pause +p /m);
    console.press(keys.enter);
    await console.until(/PAUSED, numbers \d+ s old/);
    console.press('p');
    await console.until(/live, at most/);
  });
});

test('a screen reader gets the list row by row, below the database', async () => {
  const console = open({ env: { INK_SCREEN_READER: 'true' } });
  await console.until(/5 presets[\s\S]*› Pastel/);
  console.press('j');
  const rows = (await console.until(/› Noir/)).split('\n');
  expect(rows[0]).toMatch(new RegExp(`^ local {2}${own.name.slice(0, 6)}`));
  for (const name of ['Pastel', 'Noir', 'Watercolour'])
    expect(rows.filter(line => line.includes(name))).toEqual([
      expect.stringMatching(/ (?:Accurate|Mismatch) /),
    ]);
  // A text longer than the terminal is given a part at a time, or it would push out the database.
  console.press('?');
  const help = await console.until(/Keys here[\s\S]*more below/);
  expect(help.split('\n')[0]).toMatch(new RegExp(`^ local {2}${own.name.slice(0, 6)}`));
  console.press('G');
  await console.until(/--drift-log FILE keeps it\.\s+the end/);
  console.press(keys.escape);
  await console.until(/› Noir/);
  console.press('t');
  const trigger = await console.until(/Healthy[\s\S]*(?:more below|the end)/);
  expect(trigger.split('\n')[0]).toMatch(new RegExp(`^ local {2}${own.name.slice(0, 6)}`));
});

describe('live numbers', () => {
  test('a use shows as a change of its row, and the sums follow', async () => {
    const console = open();
    await console.until(/40 records/);
    await insertRecords(own.sql, ids[0]!, 2);
    await console.until(screen => /12 \+2 +12 +0 +✓/.test(row(screen, 'Noir')));
    await console.until(/42 records/);
  });

  test('an increment by hand changes the badge', needsFullScale(), async () => {
    const console = open();
    await console.until(/1 mismatched/);
    await own.sql`UPDATE presets SET usage_count = usage_count + 1 WHERE id = ${ids[0]!}`;
    await console.until(
      screen => /11 \+1 +10 +\+1 +✗ Mismatch/.test(row(screen, 'Noir')) && /2 mismatched/.test(screen),
    );
  });

  test('a disabled trigger shows in the header', async () => {
    const console = open();
    await console.until(/Trigger enabled/);
    await own.sql`ALTER TABLE preset_usage DISABLE TRIGGER USER`;
    try {
      await console.until(/Trigger disabled: it does not fire: uses are not counted/);
    } finally {
      await own.sql`ALTER TABLE preset_usage ENABLE TRIGGER USER`;
    }
    await console.until(/Trigger enabled/);
  });

  test('new presets are listed, and deleted ones are not', needsFullScale(), async () => {
    const console = open();
    await console.until(/5 presets/);
    await insertPresets(own.sql, ['Brand new']);
    console.press('r');
    await console.until(screen => /6 presets/.test(screen) && screen.includes('Brand new'));
    await own.sql`DELETE FROM presets WHERE name = 'Brand new'`;
    await console.until(screen => /5 presets/.test(screen) && !screen.includes('Brand new'));
  });

  test('are hidden once the role may no longer see every record', needsFullScale(), async () => {
    const role = `late_${process.pid}`;
    await own.sql
      .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role}`)
      .simple();
    try {
      const console = open({ env: { DATABASE_URL: own.urlAs(role, 'secret') } });
      await console.until(/4 accurate {2}1 mismatched/);
      await own.sql`ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY`;
      const screen = await console.until(/Hidden: row-level security/);
      expect(screen).not.toMatch(/[✓✗]/);
      terminal?.kill('SIGKILL');
      await console.exit();
    } finally {
      await own.sql
        .unsafe(
          `ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY; DROP OWNED BY ${role}; DROP ROLE ${role}`,
        )
        .simple();
    }
  });

  test('are right again when a count changes back before the next audit', async () => {
    const console = open();
    await console.until(/4 accurate {2}1 mismatched/);
    await own.sql`UPDATE presets SET usage_count = usage_count + 7 WHERE id = ${ids[0]!}`;
    await console.until(/3 accurate {2}2 mismatched/);
    await own.sql`UPDATE presets SET usage_count = usage_count - 7 WHERE id = ${ids[0]!}`;
    console.press('/', 'zzz', keys.enter);
    // The rows are off screen, so the audit that this key asks for is the one to see it.
    console.press('r');
    await console.until(/4 accurate {2}1 mismatched/);
  });

  test('are hidden for a role that may not see every record', async () => {
    const role = `hidden_${process.pid}`;
    await own.sql
      .unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'; GRANT SELECT ON presets, preset_usage TO ${role};
      ALTER TABLE preset_usage ENABLE ROW LEVEL SECURITY`)
      .simple();
    try {
      const console = open({ env: { DATABASE_URL: own.urlAs(role, 'secret') } });
      const screen = await console.until(/Hidden: row-level security on public\.preset_usage/);
      expect(row(screen, 'Noir')).toMatch(/\? Hidden/);
      expect(screen).not.toMatch(/accurate|Accurate|mismatched/);
      terminal?.kill('SIGKILL');
      await console.exit();
    } finally {
      await own.sql
        .unsafe(
          `ALTER TABLE preset_usage DISABLE ROW LEVEL SECURITY; DROP OWNED BY ${role}; DROP ROLE ${role}`,
        )
        .simple();
    }
  });
});

describe('the terminal', () => {
  test.each([
    ['q', 0],
    [keys.ctrlC, 130],
  ])('is restored after %j, exit code %i', async (key, code) => {
    const console = open();
    await console.until(/5 presets/);
    expect(onAlternateScreen(console.written())).toBe(true);
    console.press(key);
    expect(await console.exit()).toBe(code);
    const written = console.written();
    expect(onAlternateScreen(written)).toBe(false);
    // The cursor is shown and bracketed paste is off again.
    expect(written.lastIndexOf('\u001b[?25h')).toBeGreaterThan(written.lastIndexOf('\u001b[?25l'));
    expect(written.lastIndexOf('\u001b[?2004l')).toBeGreaterThan(written.lastIndexOf('\u001b[?2004h'));
    expect(console.screen().trim()).toBe('');
  });

  test.each(['SIGTERM', 'SIGHUP'])('is given back after %s too', async signal => {
    const console = open();
    await console.until(/5 presets/);
    console.kill(signal);
    await console.exit();
    expect(onAlternateScreen(console.written())).toBe(false);
  });

  test('is restored before a fault of the program is reported', async () => {
    // No server can be made to answer what the program is not prepared for: so a fault is thrown into it.
    const fault = encodeURIComponent("process.on('SIGUSR2', () => { throw new TypeError('a fault'); })");
    const console = open({ env: { NODE_OPTIONS: `--import=data:text/javascript,${fault}` } });
    await console.until(/5 presets/);
    console.kill('SIGUSR2');
    expect(await console.exit()).toBe(70);
    expect(onAlternateScreen(console.written())).toBe(false);
    expect(console.screen()).toMatch(/This is a fault of the program/);
  });

  test('goes to the shell on Ctrl-Z and comes back with fg', async () => {
    const console = open({ command: ['bash', '--norc', '--noprofile', '-i'] });
    console.press(`"${process.execPath}" "${program}"\r`);
    await console.until(/5 presets/);
    console.press('\u001a');
    await console.until(/Stopped/);
    expect(onAlternateScreen(console.written())).toBe(false);
    console.press('fg\r');
    await console.until(/5 presets[\s\S]*q quit/);
    console.press('j');
    await console.until(/2 of 5/);
    console.press('q');
    await console.until(screen => !screen.includes('q quit') && /[$#] *$/m.test(screen), 'the shell again');
    console.press('exit\r');
    expect(await console.exit()).toBe(0);
  });

  test('may be resized, and shows the size it needs if it is too small', async () => {
    const console = open();
    await console.until(/5 presets/);
    console.resize(120, 40);
    await console.until(
      screen => screen.split('\n').length === 40 && /q quit$/.test(screen.split('\n').at(-1) ?? ''),
    );
    console.resize(60, 20);
    await console.until(/This terminal is 60x20; the console needs 80x24/);
    console.resize(80, 24);
    await console.until(/1 of 5[\s\S]*q quit$/);
  });

  test('has no colours with NO_COLOR or --no-color, and the badges still say everything', async () => {
    for (const options of [{ env: { NO_COLOR: '1' } }, { args: ['--no-color'] }]) {
      const console = open(options);
      expect(await console.until(/5 presets/)).toMatch(/✗ Mismatch/);
      expect(console.written()).not.toMatch(/\u001b\[(3[0-7]|9[0-7]|38|48|4[0-7])[;m]/);
      console.press('q');
      await console.exit();
    }
  });

  test('has only ASCII with --ascii, names too', needsFullScale(), async () => {
    const console = open({ args: ['--ascii'] });
    const screen = await console.until(/5 presets/);
    expect(screen).toMatch(/! Mismatch/);
    expect(screen).toMatch(/ Unicode .{1,11}~ +7 /);
    console.press('?');
    await console.until(/Keys here/);
    console.press(keys.escape);
    await console.until(/1 of 5/);
    console.press(keys.enter);
    await console.until(/Newest record +\d{4}-/);
    console.press('t');
    await console.until(/Healthy/);
    expect(console.written()).toMatch(/^[\u0000-\u007f]*$/);
  });

  test('shows no control character of a name', async () => {
    const console = open();
    await console.until(/5 presets/);
    expect(console.written()).not.toContain('\u0007');
    expect(console.written()).not.toContain('evil \u001b');
  });
});

describe('a console that cannot start', () => {
  test('leaves the screen alone, says why, and ends with 3', async () => {
    const console = open({ env: { DATABASE_URL: own.url.replace(own.name, 'nowhere') } });
    expect(await console.exit()).toBe(3);
    expect(console.screen()).toMatch(/There is no database "nowhere"/);
    expect(onAlternateScreen(console.written())).toBe(false);
  });
});
