import { matchesGlob } from 'node:path';
import { expect, test } from 'vitest';
import { areas } from '../mutation/areas.ts';
import { unitTests } from './unit-tests.ts';

test('a test whose helpers need a server, a terminal or a build is no unit test', () => {
  const found = unitTests('linux');
  expect(found).toContain('test/counter/counter.test.ts');
  expect(found).not.toContain('test/repair/sync.test.ts');
  expect(found).not.toContain('test/end-to-end/console.test.ts');
  expect(found).not.toContain('test/documents/commands.test.ts');
});

test('the tests of the mutation areas are unit tests', () => {
  const found = unitTests('linux');
  const globs = Object.values(areas).flatMap(({ tests }) => tests.filter(glob => !glob.includes('*')));
  expect(globs.filter(glob => !found.some(file => matchesGlob(file, glob)))).toEqual([]);
});

test('on Windows what judges is tested, and what uses files is not', () => {
  const found = unitTests('win32');
  expect(found).toContain('test/diagnosis/diagnose.test.ts');
  expect(found).not.toContain('test/config/files/exposure.test.ts');
});
