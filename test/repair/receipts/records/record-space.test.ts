import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  bytesEach,
  freeSpace,
  requireSpace,
  spaceRemark,
} from '../../../../source/repair/receipts/records/record-space.ts';
import { needsLinux } from '../../../helpers/needs.ts';
import { quickDirectory } from '../../../helpers/quick-directory.ts';

const MB = 1024 * 1024;

test('records that look alike take less room than their text, and none take none', () => {
  const text = JSON.stringify(['generation', 'generation', 'generation', 'generation']);
  expect(bytesEach(Array.from({ length: 100 }, () => text))).toBeLessThan(text.length / 10);
  expect(bytesEach([])).toBe(0);
});

describe('the free space', () => {
  test('of a directory that does not exist yet is that of the one it will be in', async () => {
    const directory = quickDirectory('space-');
    expect(await freeSpace(directory)).toBeGreaterThan(0);
    expect(await freeSpace(join(directory, 'state', 'receipts'))).toBeGreaterThan(0);
  });

  test('of a file system without a size is not known', needsLinux(), async () => {
    expect(await freeSpace('/proc')).toBeNull();
  });
});

describe('a receipt', () => {
  test('that clearly has no room is refused, with what it takes and what there is', () => {
    expect(() => requireSpace('/state', 201 * MB, 100 * MB)).toThrow(
      expect.objectContaining({
        code: 'no-space',
        exitCode: 4,
        message: 'The receipt would take about 201 MB, and 100 MB are free in /state.',
      }),
    );
  });

  test('that may have room, or of whose room nothing is known, is not', () => {
    expect(() => requireSpace('/state', 200 * MB, 100 * MB)).not.toThrow();
    expect(() => requireSpace('/state', 200 * MB, null)).not.toThrow();
  });

  test.each([
    [100, 'info', 'The receipt takes about 100 MB in /state, and 100 MB are free.'],
    [101, 'warning', 'The receipt takes about 101 MB in /state, and 100 MB are free.'],
  ])('of %i MB where 100 are free: %s', (size, severity, message) => {
    expect(spaceRemark('/state', size * MB, 100 * MB)).toMatchObject({ severity, message });
  });

  test('of whose room nothing is known', () => {
    expect(spaceRemark('/state', MB, null).message).toBe('The receipt takes about 1 MB in /state.');
  });
});
