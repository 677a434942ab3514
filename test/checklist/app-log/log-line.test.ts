import { describe, expect, test } from 'vitest';
import { readLine } from '../../../source/checklist/app-log/log-line.ts';
import { cpuSeconds } from '../../helpers/cpu-seconds.ts';

const written = Date.parse('2026-11-23T12:00:00Z');
const read = (line: string) => readLine(line, written);

describe('plain lines that are errors', () => {
  test.each([
    ['2026-11-22T10:00:00Z ERROR no table', 'error'],
    ['2026-11-22T10:00:00Z error: no table', 'error'],
    ['2026-11-22T10:00:00Z error no table', 'error'],
    ['2026-11-22T10:00:00Z [error] no table', 'error'],
    ['2026-11-22T10:00:00Z myapp ERROR no table', 'error'],
    ['2026-11-22 10:00:00,123 - myapp.db - ERROR - no table', 'error'],
    ['2026-11-22 10:00:00.123 ERROR 1234 --- [main] c.e.Foo : no table', 'error'],
    ['[2026-11-22 10:00:00] app.ERROR: no table {"a":1} []', 'error'],
    ['[2026-11-22 10:00:00] production.CRITICAL: no table', 'critical'],
    ['[2026-11-22 10:00:00 +0000] [123] [ERROR] no table', 'error'],
    ['[2026-11-22T10:00:00Z ERROR mycrate] no table', 'error'],
    ['Nov 22 10:00:00 host app: error: no table', 'error'],
    ['Nov 22 10:00:00 host app[12]: ERROR no table', 'error'],
    ['<11>Nov 22 10:00:00 host app: error: no table', 'error'],
    ['2026-11-22T10:00:00Z host app[1]: error: no table', 'error'],
    ['2026-11-22T10:00:00+00:00 app[web.1]: TypeError: no table', 'error'],
    ['2026-11-22T10:00:00.123456789Z stderr F Error: no table', 'error'],
    ['ERROR 10:00 no table', 'error'],
    ['[10:00:00 ERR] no table', 'error'],
    ['10:00:00.123 [main] ERROR com.foo.Bar - no table', 'error'],
    ['2026-11-22 10:00:00.123 UTC [1] ERROR:  relation "x" does not exist', 'error'],
    ['2026-11-22 10:00:00.123 CET [1] me@shop FATAL:  no table', 'fatal'],
    ['2026/11/22 10:00:00 [error] 12#0: *1 connect() failed', 'error'],
    ['[Sun Nov 22 10:00:00.123 2026] [core:error] [pid 1] no table', 'error'],
    ['E, [2026-11-22T10:00:00.123456 #12] ERROR -- : no table', 'error'],
    ['[Nest] 12  - 11/22/2026, 10:00:00 AM   ERROR [ExceptionsHandler] no table', 'error'],
    ['[22-Nov-2026 10:00:00 UTC] PHP Fatal error:  no table', 'fatal'],
    ['web-1  | 2026-11-22T10:00:00Z ERROR no table', 'error'],
    ['level=error msg="no table" time=2026-11-22T10:00:00Z', 'error'],
    ['time="2026-11-22T10:00:00Z" level=fatal msg="no table"', 'fatal'],
    ['ERROR:root:no table', 'error'],
    ['\x1b[31mERROR\x1b[39m no table', 'error'],
    ['Error: no table', 'error'],
    ['Error', 'error'],
    ['[Error: no table]', 'error'],
    ['TypeError: no table', 'error'],
    ['PostgresError [X]: no table', 'error'],
    ['java.lang.NullPointerException: no table', 'error'],
    ['PG::UndefinedTable: ERROR:  no table', 'error'],
    ['⨯ Error: no table', 'error'],
    [' ⨯ ./app/page.tsx', 'error'],
    ['Unhandled rejection Error: no table', 'error'],
    ['Unhandled rejection', 'error'],
    ['2026-11-22T10:00:00Z Unhandled rejection: no table', 'error'],
    ['2026-11-22T10:00:00Z unhandled rejection: no table', 'error'],
    ['2026-11-22T10:00:00Z TypeError: no table', 'error'],
    ['2026-11-22T10:00:00Z fatal error: no table', 'fatal'],
    ['unhandledRejection: Error: no table', 'error'],
    ['(node:12) UnhandledPromiseRejectionWarning: Error: no table', 'error'],
    ['Uncaught TypeError: no table', 'error'],
    ['FATAL no table', 'fatal'],
    ['FATAL ERROR: Reached heap limit', 'fatal'],
    ['panic: runtime error: no table', 'panic'],
    ["thread 'main' panicked at src/main.rs:1", 'error'],
    ['npm ERR! code 1', 'error'],
    ['Error saving the preset: {', 'error'],
    ['Failed to save the preset: Error: no table', 'error'],
  ])('%s', (line, level) => {
    expect(read(line)).toMatchObject({ kind: 'error', level, form: 'own', text: line });
  });
});

describe('lines that mention errors but are not errors', () => {
  test.each([
    '0 errors',
    '0 error: none',
    'error_count=0',
    'errors: 0',
    'error: null',
    'no error',
    'no error: fine',
    'Build finished: 0 errors',
    '3 ERROR lines found',
    'Found ERROR in the text',
    'INFO error handler registered',
    'info: error: handled',
    '[info] ERROR is a level',
    '2026-11-22T10:00:00Z INFO ERROR handler registered',
    '2026-11-22T10:00:00Z WARN Error: retrying',
    '2026-11-22T10:00:00Z error handler registered',
    '2026-11-22T10:00:00Z no error: fine',
    '2026-11-22T10:00:00Z Found ERROR in the text',
    '2026-11-22T10:00:00Z INFO app: error: handled',
    'Nov 22 10:00:00 host app[12]: no error: fine',
    '2026-11-22 10:00:00.123 UTC [1] LOG:  statement: select ERROR',
    'time=2026-11-22T10:00:00Z level=info msg="level=error"',
    '(node:12) Warning: Error: deprecated',
    'ErrorBoundary mounted',
    'error-handler: ready',
    'Error handling: enabled',
    'Unhandled rejection handler registered',
    'Alert: 5 new users',
    'Critical thinking is good',
    'GET /error 404',
    'GET /error/500 200 12 ms',
    '1.2.3.4 - - [22/Nov/2026:10:00:00 +0000] "GET /error HTTP/1.1" 403 500',
    '2026-11-22 10:00:00 UTC:10.0.0.1(5000):app@shop:[1]:LOG:  connection to "ERROR:  x"',
    '2026-11-22T10:00:00Z LOG code: "08006"',
    'level=info status=404 path=/x',
    '{"status":200,"error":null}',
    '{"PRIORITY":"6","MESSAGE":"started","__REALTIME_TIMESTAMP":"1"}',
    "{ code: '00000' }",
    "promo code: 'NOIR5'",
    '{"level":"info","msg":"ERROR: handled"}',
    '{"level":"http","msg":"ERROR: handled"}',
    '{"level":40,"msg":"Error: retrying"}',
    '{"msg":"0 errors"}',
    '{ not json',
    '',
  ])('%s', line => {
    expect(read(line).kind).not.toBe('error');
  });
});

describe('lines of JSON', () => {
  const ten = Date.parse('2026-11-22T10:00:00Z');
  test.each([
    [`{"level":50,"time":${ten},"msg":"save","err":{"message":"no table"}}`, 'error', ten, 'save: no table'],
    [`{"level":60,"time":${ten},"msg":"no table"}`, 'fatal', ten, 'no table'],
    ['{"level":"error","message":"no\\ntable","timestamp":"2026-11-22T10:00:00.000Z"}', 'error', ten, 'no'],
    [`{"severity":"ERROR","ts":${ten / 1e3},"message":"no table"}`, 'error', ten, 'no table'],
    ['{"severity":"EMERGENCY","@timestamp":"2026-11-22T10:00:00Z"}', 'emergency', ten, null],
    ['{"log.level":"error","@timestamp":"2026-11-22T10:00:00Z","message":"x"}', 'error', ten, 'x'],
    ['{"level":400,"level_name":"ERROR","message":"x","datetime":"2026-11-22T10:00:00Z"}', 'error', ten, 'x'],
    ['{"lvl":"ERR","error":"no table"}', 'error', null, 'no table'],
    ['{"msg":"TypeError: no table"}', 'error', null, 'TypeError: no table'],
    ['{"log":"ERROR x\\n","stream":"stderr","time":"2026-11-22T10:00:00Z"}', 'error', ten, 'ERROR x'],
    [
      '{"log":"{\\"level\\":50,\\"msg\\":\\"x\\"}\\n","stream":"stderr","time":"2026-11-22T10:00:00Z"}',
      'error',
      ten,
      'x',
    ],
    ['{"level":"error","time":"2026-11-22T10:00:00Z","msg":"cut","stack":"at', 'error', ten, 'cut'],
    ['2026-11-22T10:00:00Z {"level":50,"msg":"x"}', 'error', ten, 'x'],
    [
      'Nov 22 10:00:00 host app[1]: {"level":50,"msg":"x"}',
      'error',
      new Date(2026, 10, 22, 10).getTime(),
      'x',
    ],
  ])('%s', (line, level, at, text) => {
    expect(read(line)).toEqual({
      kind: 'error',
      level,
      at,
      text: text ?? line,
      form: 'own',
      understood: true,
    });
  });
});

test.each([
  ['2026-11-22T10:00:00Z stderr F 2026-11-22 17:00:00 ERROR x', Date.parse('2026-11-22T10:00:00Z')],
  ['Nov 22 17:00:00 host app[1]: 2026-11-22T10:00:00Z ERROR x', Date.parse('2026-11-22T10:00:00Z')],
  ['Nov 22 17:00:00 host app[1]: 2026-11-22 10:00:00 ERROR x', new Date(2026, 10, 22, 10).getTime()],
])('of two times, the one with a zone, else the second: %s', (line, at) => {
  expect(read(line)).toMatchObject({ kind: 'error', at });
});

describe('what is a separate entry', () => {
  test.each([
    ['    at save (app.js:1:2)', 'frame'],
    ['web-1  |     at save (app.js:1:2)', 'frame'],
    ['2026-11-22T10:00:00Z app[web.1]:     at save (app.js:1:2)', 'frame'],
    ["  code: '42P01',", 'part'],
    ['\tINSERT INTO preset_usage', 'part'],
    ['Caused by: java.lang.X: y', 'part'],
    ['   ', 'blank'],
    ['saved', 'own'],
    [' ✓ Ready in 1s', 'own'],
    [' GET /api/presets 500 in 20ms', 'own'],
    ['  2026-11-22T10:00:00Z ERROR no table', 'own'],
  ])('%s', (line, form) => {
    expect(read(line).form).toBe(form);
  });

  test.each(['DETAIL', 'HINT', 'CONTEXT', 'STATEMENT'])(
    'PostgreSQL’s %s belongs to the line before',
    word => {
      expect(read(`2026-11-22 10:00:00.123 UTC [1] ${word}:  x`).kind).toBe('continues');
    },
  );
});

test.each(['\x1b]', '\x1b[1;', '"msg":"', '\\"', 'a="b" ', 'Error', 'A.', '[', '{"a":', ' '])(
  'a million characters of %j are read in no time',
  async part => {
    const line = part.repeat(1_000_000 / part.length);
    const spent = await cpuSeconds(() => {
      read(line);
      read(`{"level":"error${line}`);
    });
    // It takes milliseconds; a pattern that tries again from each character would take minutes.
    expect(spent).toBeLessThan(2);
  },
);
