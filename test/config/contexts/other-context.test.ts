import { expect, test } from 'vitest';
import type { Config } from '../../../source/config/config.ts';
import {
  flagsElsewhere,
  lacksOurConnection,
  withWayBack,
} from '../../../source/config/contexts/other-context.ts';
import { ConsoleError } from '../../../source/errors/errors.ts';

test('flags about one database are not meant for another', () => {
  const about = { databaseUrl: 'postgres://a/b', schema: 's', counter: ['c'], preset: ['p'], demo: true };
  const who = { asUser: 'u', asRole: 'r', jwtClaims: '{}' };
  const others = { readOnly: true, timeout: 5, driftLog: 'drift.log', ascii: true };
  expect(flagsElsewhere({ ...about, ...who, ...others })).toEqual(others);
});

test('an error says how to open again what was closed for it', () => {
  const error = new ConsoleError({ code: 'unreachable', message: 'No.', hint: 'Look.', exitCode: 3 });
  const context = { name: 'prod', connection: '', color: null, readOnly: null, counters: [] };
  expect(withWayBack(error, { context })).toMatchObject({
    code: 'unreachable',
    message: 'No.',
    hint: 'Look. The context prod is closed. Open it again with preset-usage --context prod.',
    exitCode: 3,
  });
  expect(withWayBack(error, { context: null })).toMatchObject({
    hint: expect.stringContaining('Start the console as before'),
  });
  const fault = new Error('a fault');
  expect(withWayBack(fault, { context })).toBe(fault);
});

test.each([
  ['too-many-connections', 5432, true],
  ['connection-timeout', 5432, true],
  ['connection-lost', 5432, true],
  ['connection-timeout', 5433, false],
  ['no-such-database', 5432, false],
])(
  '%s at port %d: another context may be waiting for the connection of this one: %s',
  (code, port, waits) => {
    const target = (at: number) => ({ kind: 'server', host: 'pooler', port: at }) as Config['target'];
    const error = new ConsoleError({ code, message: '', hint: '', exitCode: 3 });
    expect(lacksOurConnection(error, target(5432), target(port))).toBe(waits);
    expect(lacksOurConnection(error, { kind: 'demo' } as Config['target'], target(port))).toBe(false);
  },
);
