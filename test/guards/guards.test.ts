import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needsFullScale } from '../helpers/needs.ts';
import { timeLimit } from '../helpers/scale.ts';
import { type EmbeddedServer, startEmbedded } from '../helpers/server.ts';
import { guards } from './guards.ts';
import { notPassing, withoutOne } from './rows.ts';
import { needsServer } from './run-without.ts';
import { withoutGuard } from './take-out.ts';

const textOf = (file: string) =>
  readFileSync(fileURLToPath(new URL(`../../${file}`, import.meta.url)), 'utf8');

describe('each guard of the table', () => {
  test('has a name of its own', () => {
    expect(new Set(guards.map(({ guard }) => guard)).size).toBe(guards.length);
  });

  test.each(guards.map(row => [row.guard, row] as const))('%s: can be taken out', (_, row) => {
    expect(withoutGuard(row, textOf(row.file))).not.toContain(row.text);
  });
});

// Each one starts the tests anew, which takes seconds: one of every kind here, all of them under `npm run test:full`.
const left = needsFullScale();
const rows = left.skip ? guards.filter(({ quick }) => quick) : guards;

describe('without a guard its test fails', () => {
  let server: EmbeddedServer | null = null;
  // Not the one of the other tests: each of these runs makes its template database anew.
  beforeAll(async () => {
    if (rows.some(({ test: [file] }) => needsServer(file))) server = await startEmbedded();
  });
  afterAll(() => server?.stop());

  // `npm test` itself runs these tests with their guards, and fails where one does not pass.
  test('and with it, it passes', { timeout: timeLimit(600_000), ...left }, async () => {
    expect(await notPassing(rows, server?.url ?? null)).toEqual([]);
  });

  for (const row of guards) {
    test(row.guard, { timeout: timeLimit(300_000), ...(row.quick ? {} : left) }, async () => {
      expect(await withoutOne(row, server?.url ?? null)).toBeNull();
    });
  }
});
