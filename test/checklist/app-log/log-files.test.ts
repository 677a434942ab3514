import { expect, test } from 'vitest';
import { rotatedFrom } from '../../../source/checklist/app-log/log-files.ts';

test.each([
  ['app.log', 'app.log.1', true],
  ['app.log', 'app.log.12.gz', true],
  ['app.log', 'app.log-20261121', true],
  ['app.log', 'app.log-20261121.gz', true],
  ['app.log', 'app.log.2026-11-21', true],
  ['app.log', 'app-2026-11-21.log', true],
  ['app.log', 'app-2026-11-21.log.gz', true],
  ['app.log', 'app.20261121.log', true],
  ['app.log', 'app__2026-11-21_00-00-00.log', true],
  ['app', 'app.1', true],
  ['app.log', 'app.log', false],
  ['app.log', 'app-2.log', false],
  ['app.log', 'app.log.bak', false],
  ['app.log', 'app.log.gz', false],
  ['app.log', 'application.log.1', false],
  ['app.log', 'my-app.log.1', false],
  ['app.log', 'appXlog.1', false],
  ['app.log', 'app-error-2026-11-21.log', false],
])('of %s: %s %s', (name, other, rotated) => {
  expect(rotatedFrom(name, [name, other])).toEqual(rotated ? [other] : []);
});

test('while a file is being compressed, only the complete one counts', () => {
  expect(rotatedFrom('app.log', ['app.log', 'app.log.1', 'app.log.1.gz', 'app.log.2.gz'])).toEqual([
    'app.log.1',
    'app.log.2.gz',
  ]);
});
