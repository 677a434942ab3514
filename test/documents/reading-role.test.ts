import { afterAll, expect, test } from 'vitest';
import { createDatabase } from '../helpers/database.ts';
import { run } from '../helpers/run.ts';
import { blocksOf, readDocument } from './markdown.ts';

// Roles belong to the whole server, which others may be testing on.
const role = `preset_usage_reader_${process.pid}`;
const own = await createDatabase();
afterAll(async () => {
  await own.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`).simple();
  await own.drop();
});

test('the role that the README makes can watch and check, and cannot write', async () => {
  const [block] = blocksOf(readDocument('README.md')).filter(({ language }) => language === 'sql');
  await own.sql.unsafe(block?.lines.join('\n').replaceAll('preset_usage_reader', role) ?? '').simple();
  const env = { DATABASE_URL: own.urlAs(role, 'choose one') };
  expect(await run(['check'], env)).toMatchObject({ code: 0 });
  expect(await run(['trigger'], env)).toMatchObject({ code: 0 });
  expect((await run(['simulate'], env)).code).not.toBe(0);
});

test('--read-only refuses every repair and every simulation', async () => {
  const env = { DATABASE_URL: own.url };
  for (const command of [['sync'], ['reset'], ['simulate']]) {
    expect(await run([...command, '--read-only'], env)).toMatchObject({ code: 4 });
  }
});

test('the SQL that SECURITY.md gives runs', async () => {
  const blocks = blocksOf(readDocument('SECURITY.md')).filter(({ language }) => language === 'sql');
  expect(blocks).toHaveLength(1);
  for (const { lines } of blocks) await own.sql.unsafe(lines.join('\n')).simple();
});
