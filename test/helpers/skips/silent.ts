import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';

test('that runs', () => {
  mkdtempSync(join(tmpdir(), 'left-behind-'));
});

test.skip('without a word', () => {});

describe.skipIf(true)('a group', () => {
  test('of one', () => {});
});

test.todo('later');
