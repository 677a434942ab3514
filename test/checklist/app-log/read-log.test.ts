import { appendFileSync, linkSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { logFileError } from '../../../source/checklist/app-log/log-files.ts';
import { type LogOptions, readLog } from '../../../source/checklist/app-log/read-log.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'preset-usage-log-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const ten = Date.parse('2026-11-22T10:00:00Z');
const minute = 60_000;
const time = (minutes: number) => new Date(ten + minutes * minute).toISOString();

/** Writes a file, last written to so many minutes after ten. */
function write(name: string, content: string | Buffer, minutes = 0): string {
  const file = join(directory, name);
  writeFileSync(file, content);
  utimesSync(file, new Date(time(minutes)), new Date(time(minutes)));
  return file;
}
const log = (...lines: string[]) => write('app.log', `${lines.join('\n')}\n`);
const read = (file: string, options: Partial<LogOptions> = {}) => readLog(file, { since: null, ...options });

describe('what is counted', () => {
  test('errors since then, those about usage, and older ones separately', async () => {
    const file = log(
      `${time(0)} ERROR no table preset_usage`,
      `${time(5)} ERROR no connection`,
      `${time(6)} INFO saved presets`,
      `${time(7)} ERROR could not set USAGE_COUNT`,
    );
    expect(await read(file, { since: ten + minute })).toEqual({
      files: [file],
      lines: 4,
      entries: 4,
      understood: 4,
      errors: 2,
      aboutUsage: 1,
      older: 1,
      undated: 0,
      doubtful: 0,
      firstDoubtful: null,
      problems: [
        {
          file,
          line: 4,
          at: ten + 7 * minute,
          level: 'error',
          text: `${time(7)} ERROR could not set USAGE_COUNT`,
          aboutUsage: true,
        },
        {
          file,
          line: 2,
          at: ten + 5 * minute,
          level: 'error',
          text: `${time(5)} ERROR no connection`,
          aboutUsage: false,
        },
      ],
    });
  });

  test('an error at that very time is not older', async () => {
    expect(await read(log(`${time(0)} ERROR x`), { since: ten })).toMatchObject({ errors: 1, older: 0 });
  });

  test('an error without a time has that of the last line above with one', async () => {
    const file = log('Error: a', `${time(0)} INFO x`, 'Error: b', `${time(5)} INFO x`, 'Error: c');
    const { errors, older, undated, problems } = await read(file, { since: ten + minute });
    expect({ errors, older, undated }).toEqual({ errors: 2, older: 1, undated: 1 });
    expect(problems.map(({ line, at }) => [line, at])).toEqual([
      [5, ten + 5 * minute],
      [1, null],
    ]);
  });

  test('a stack trace and indented lines are part of the error above, and may make it one about usage', async () => {
    const file = log(
      `${time(0)} ERROR cannot save`,
      'error: permission denied',
      '    at save (app.js:1:2)',
      '',
      "    at insert ('preset_usage') {",
      "  error: 'preset'",
      `${time(1)} INFO presets listed`,
      '  ERROR: indented below an INFO line',
    );
    const { errors, problems } = await read(file);
    expect(errors).toBe(2);
    expect(problems.map(({ line, aboutUsage }) => [line, aboutUsage])).toEqual([
      [2, true],
      [1, false],
    ]);
  });

  test('PostgreSQL’s statement says what an error is about', async () => {
    const start = '2026-11-22 10:00:00.123 UTC [1]';
    const file = log(
      `${start} ERROR:  permission denied`,
      `${start} HINT:  ask`,
      `${start} STATEMENT:  select track_preset_usage(1)`,
      `${start} LOG:  checkpoint`,
    );
    expect(await read(file)).toMatchObject({ errors: 1, aboutUsage: 1 });
  });

  test('a message without a level is an error if a stack trace follows', async () => {
    const file = log(
      'cannot save TypeError: x is null',
      '  in preset_usage',
      '    at save (app.js:1:2)',
      'a TypeError was handled',
      'done',
      'listening',
      '    at port 80',
    );
    expect((await read(file)).problems).toMatchObject([{ line: 1, aboutUsage: true }]);
  });

  test('a Python trace is one error, including its last line', async () => {
    const trace = [
      'Traceback (most recent call last):',
      '  File "app.py", line 1',
      'ValueError: preset_usage',
    ];
    const { problems } = await read(log('ERROR:root:no', ...trace, 'INFO:root:x', ...trace));
    expect(problems.map(({ line, aboutUsage }) => [line, aboutUsage])).toEqual([
      [6, true],
      [1, true],
    ]);
  });

  test.each([
    ['ERROR relation "preset_usage" does not exist', true],
    ['ERROR in Track_Preset_Usage()', true],
    ['ERROR in trigger_auto_increment_preset_usage_count', true],
    ['ERROR in auto_increment_preset_usage_count()', true],
    ['ERROR GET /api/presets', true],
    ['{"level":50,"msg":"no","stack":"at\\npresets"}', true],
    ['ERROR in preset', false],
    ['ERROR duplicate key value violates unique constraint "idx_preset_usage_daily_unique"', true],
    ['ERROR violates foreign key constraint "preset_usage_user_id_fkey"', true],
    ['ERROR tracking preset usage', true],
    ['ERROR could not update usageCount', true],
    ['ERROR in index presets_usage_count_idx', true],
    ['ERROR in PresetUsageService.record', true],
    ['ERROR GET /api/preset-usage', true],
    ['ERROR disk usage', false],
    ['ERROR in preset_usager', false],
    ['ERROR in account_usage_counter', false],
  ])('%s', async (line, aboutUsage) => {
    expect((await read(log(line))).problems).toMatchObject([{ aboutUsage }]);
  });
});

describe('which problems are returned', () => {
  test('those about usage first, then the newest, up to the limit', async () => {
    const lines = Array.from(
      { length: 1_000 },
      (_, index) => `${time(index)} ERROR ${index % 100 === 0 ? 'presets' : 'x'}`,
    );
    const { errors, aboutUsage, problems } = await read(log(...lines), { most: 12 });
    expect({ errors, aboutUsage }).toEqual({ errors: 1_000, aboutUsage: 10 });
    expect(problems.map(({ line }) => line)).toEqual([
      901, 801, 701, 601, 501, 401, 301, 201, 101, 1, 1000, 999,
    ]);
  });

  test('twenty by default, the last one read first if no time is known', async () => {
    const { problems } = await read(log(...Array.from({ length: 300 }, () => 'ERROR x')));
    expect(problems.map(({ line }) => line)).toEqual(Array.from({ length: 20 }, (_, index) => 300 - index));
  });

  test('no more than 500 characters of a line', async () => {
    expect((await read(log(`ERROR ${'x'.repeat(600)}`))).problems[0]?.text).toHaveLength(500);
  });
});

describe('rotated files', () => {
  test('those written to since then are read too, oldest first', async () => {
    const file = write('app.log', `${time(30)} ERROR d\n`, 30);
    const names = {
      first: write('app.log.3.gz', gzipSync(`${time(0)} ERROR a\n`), 1),
      second: write('app-2026-11-22.log', `${time(10)} ERROR b\n`, 10),
      third: write('app.log.2.gz', gzipSync(`${time(20)} ERROR c\nError: e\n`), 20),
    };
    write('app-error-2026-11-22.log', `${time(20)} ERROR of another log\n`, 20);
    const { files, lines, problems } = await read(file, { since: ten + 5 * minute });
    expect(files).toEqual([names.second, names.third, file]);
    expect(lines).toBe(4);
    expect(problems.map(problem => [problem.file, problem.line])).toEqual([
      [file, 1],
      [names.third, 2],
      [names.third, 1],
      [names.second, 1],
    ]);
    expect((await read(file, { since: ten + 10 * minute })).files).toContain(names.second);
    expect((await read(file, { since: ten + 11 * minute })).files).toEqual([names.third, file]);
    expect((await read(file)).files).toEqual([file]);
  });

  test('of the same age the higher number is older, and the log itself is the newest', async () => {
    const file = write('app.log', '', 0);
    const rotated = ['app.log.10', 'app.log.9', 'app.log.1'].map(name => write(name, '', 0));
    expect((await read(file, { since: ten })).files).toEqual([...rotated, file]);
  });

  test('the same file under two names is read once', async () => {
    const file = log(`${time(0)} ERROR x`);
    linkSync(file, join(directory, 'app-2026-11-22.log'));
    expect(await read(file, { since: ten })).toMatchObject({ files: [file], errors: 1 });
  });

  test('the time of one file is not passed on to the next', async () => {
    write('app.log.1', `${time(0)} INFO x\n`, 5);
    const file = write('app.log', 'ERROR x\n', 6);
    expect(await read(file, { since: ten + minute })).toMatchObject({ errors: 1, older: 0, undated: 1 });
  });

  test('an indented first line does not belong to the file before', async () => {
    write('app.log.1', `${time(5)} ERROR x\n`, 5);
    const file = write('app.log', '    at presets (app.js)\n', 6);
    expect(await read(file, { since: ten })).toMatchObject({ errors: 1, aboutUsage: 0 });
  });
});

describe('how a file may be written', () => {
  const text = `${time(0)} INFO x\r\n${time(0)} ERROR presets é\r\n`;
  const swapped = Buffer.from(`\ufeff${text}`, 'utf16le').swap16();
  test.each<[string, string | Buffer]>([
    ['CRLF', text],
    ['no end of the last line', text.trimEnd()],
    ['a byte order mark', `\ufeff${text}`],
    ['UTF-16, little end first', Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['UTF-16, big end first', swapped],
    ['gzip, whatever its name', gzipSync(text)],
    ['two gzip files in one', Buffer.concat([gzipSync(text.slice(0, 50)), gzipSync(text.slice(50))])],
    ['UTF-16 in gzip', gzipSync(swapped)],
  ])('%s', async (_, content) => {
    expect(await read(write('app.log', content))).toMatchObject({
      lines: 2,
      problems: [{ line: 2, at: ten, text: `${time(0)} ERROR presets é`, aboutUsage: true }],
    });
  });

  test('a letter of two bytes at the end of a chunk', async () => {
    const file = log('x'.repeat(65_528), 'ERROR é');
    expect((await read(file)).problems).toMatchObject([{ text: 'ERROR é' }]);
  });

  test('the NUL bytes that copytruncate leaves', async () => {
    const file = write(
      'app.log',
      Buffer.concat([Buffer.alloc(2_000_000), Buffer.from(`${time(0)} ERROR x`)]),
    );
    expect((await read(file)).problems).toMatchObject([{ line: 1, at: ten, text: `${time(0)} ERROR x` }]);
  });

  test('invalid bytes are replaced', async () => {
    const line = Buffer.concat([Buffer.from('ERROR \xff\xfe presets'), Buffer.from([0xff, 0xc3, 0x0a])]);
    expect(await read(write('app.log', line))).toMatchObject({ lines: 1, aboutUsage: 1 });
  });

  test('an empty file has no lines', async () => {
    expect(await read(write('app.log', ''))).toMatchObject({ lines: 0, errors: 0, problems: [] });
    expect(await read(write('app.log', gzipSync('')))).toMatchObject({ lines: 0 });
    expect(await read(write('app.log', 'x'))).toMatchObject({ lines: 1 });
  });

  test('a line that is too long is cut, but not the one after it', async () => {
    const file = log(`ERROR ${'x'.repeat(3_000_000)} presets`, 'ERROR presets');
    expect((await read(file)).problems).toMatchObject([
      { line: 2, aboutUsage: true },
      { line: 1, aboutUsage: false },
    ]);
  });

  test('200,000 lines, in chunks that end in the middle of a line', async () => {
    const lines = Array.from({ length: 200_000 }, (_, index) =>
      index % 1_000 === 0 ? `${time(index)} ERROR größe ${index}` : `${time(index)} INFO größe ${index}`,
    );
    const { problems, ...counts } = await read(write('app.log', lines.join('\n')), {
      since: ten + 100_000 * minute,
    });
    expect(counts).toMatchObject({ lines: 200_000, errors: 100, older: 100, undated: 0 });
    expect(problems[0]).toMatchObject({ line: 199_001, text: `${time(199_000)} ERROR größe 199000` });
  });
});

describe('what cannot be read is an error and a hint, with exit code 2', () => {
  const refused = (code: string, words: RegExp) =>
    expect.objectContaining({
      name: 'ConsoleError',
      code,
      exitCode: 2,
      message: expect.stringMatching(words),
      hint: expect.stringMatching(/\.$/),
    });

  test('no file, no directory', async () => {
    const missing = refused('app-log-missing', /^There is no log file at .*none\.log\.$/);
    await expect(read(join(directory, 'none.log'))).rejects.toEqual(missing);
    await expect(read(join(log('x'), 'none.log'))).rejects.toEqual(missing);
  });

  test('a directory', async () => {
    mkdirSync(join(directory, 'logs'));
    await expect(read(join(directory, 'logs'))).rejects.toEqual(
      refused('app-log-unreadable', /is a directory/),
    );
  });

  test('a device, which may have no end', async () => {
    await expect(read('/dev/zero')).rejects.toEqual(refused('app-log-unreadable', /is not a regular file/));
  });

  test('truncated or damaged gzip, even in a rotated file', async () => {
    const whole = gzipSync(`${time(0)} ERROR x\n`.repeat(1_000));
    const cut = write('app.log.1.gz', whole.subarray(0, 60), 5);
    const said = refused('app-log-unreadable', /app\.log\.1\.gz is compressed, and damaged or truncated/);
    await expect(read(cut)).rejects.toEqual(said);
    await expect(read(log('x'), { since: ten })).rejects.toEqual(said);
    const damaged = write('app.log.1.gz', Buffer.concat([whole.subarray(0, 20), Buffer.alloc(60, 7)]), 5);
    await expect(read(damaged)).rejects.toEqual(said);
  });

  test('no permission, and other errors of the disk', () => {
    // Made up, because root may read everything.
    const answer = (code: string) => Object.assign(new Error(`${code}: told`), { code, errno: -1 });
    expect(logFileError(answer('EACCES'), 'a.log')).toEqual(
      refused('app-log-unreadable', /^This user may not read a\.log\.$/),
    );
    expect(logFileError(answer('EIO'), 'a.log')).toEqual(
      refused('app-log-unreadable', /^a\.log cannot be read: EIO: told\.$/),
    );
    const fault = new TypeError('a fault of this program');
    expect(logFileError(fault, 'a.log')).toBe(fault);
  });
});

describe('interrupted', () => {
  const interrupted = expect.objectContaining({ code: 'interrupted', exitCode: 130 });

  test('before it began', async () => {
    await expect(read(log('x'), { signal: AbortSignal.abort() })).rejects.toEqual(interrupted);
  });

  test('while it reads', async () => {
    const file = log('x');
    for (let part = 0; part < 20; part += 1) appendFileSync(file, `${time(part)} INFO x\n`.repeat(20_000));
    const stop = new AbortController();
    const reading = read(file, { signal: stop.signal });
    setImmediate(() => stop.abort());
    await expect(reading).rejects.toEqual(interrupted);
  });
});
