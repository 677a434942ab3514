import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadConfig, type ServerTarget } from '../../source/config/config.ts';

const url = 'postgres://u:p@h.example/d';

const root = mkdtempSync(join(tmpdir(), 'preset-usage-env-'));
afterAll(() => rmSync(root, { recursive: true }));

/** The target that a `.env` of these bytes leads to. */
const target = (bytes: string | Buffer) => {
  const directory = mkdtempSync(join(root, 'file-'));
  writeFileSync(join(directory, '.env'), bytes);
  return loadConfig({}, {}, directory).target as ServerTarget;
};

test.each([
  `DATABASE_URL=${url}\n`,
  `\ufeffDATABASE_URL=${url}\n`,
  `OTHER=1\r\nDATABASE_URL="${url}"\r\n`,
  `# comment\nexport DATABASE_URL='${url}' # comment`,
  `DATABASE_URL = ${url}`,
  `DATABASE_URL=\nSUPABASE_DB_URL=${url}`,
])('%j is read', text => {
  expect(target(text)).toMatchObject({ host: 'h.example', user: 'u', password: 'p' });
});

test('a dollar sign alone is a letter of a password', () => {
  expect(target('DATABASE_URL=postgres://u:p$HOME$$@h/d').password).toBe('p$HOME$$');
});

test.each<[string, string | Buffer, string]>([
  ['that refers to another variable', `DATABASE_URL=postgres://u:\${PASSWORD}@h/d`, 'bad-env-file'],
  ['that is a reference', `DATABASE_URL=\${OTHER:-x}`, 'bad-env-file'],
  ['in UTF-16', Buffer.from(`\ufeffDATABASE_URL=${url}\n`, 'utf16le'), 'unreadable-env-file'],
])('one %s is an error, and opens no other database', (_what, bytes, code) => {
  expect(() => target(bytes)).toThrow(
    expect.objectContaining({ code, exitCode: 2, hint: expect.stringMatching(/\.$/) }),
  );
});

test('a directory of that name is an error', () => {
  const directory = mkdtempSync(join(root, 'directory-'));
  mkdirSync(join(directory, '.env'));
  expect(() => loadConfig({}, {}, directory)).toThrow(
    expect.objectContaining({ code: 'unreadable-env-file', exitCode: 2 }),
  );
});
