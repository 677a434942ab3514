import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';
import { scaledList } from '../helpers/scale.ts';

let own: TestDatabase;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'checklist-counters-'));
  own = await createDatabase();
  const [noir = ''] = await insertPresets(own.sql, ['Noir', 'Pastel']);
  await insertRecords(own.sql, noir, 2);
  await own.sql
    .unsafe(`
      CREATE TABLE posts (id integer PRIMARY KEY, title text, comments_count integer NOT NULL DEFAULT 0);
      CREATE TABLE comments (id serial PRIMARY KEY, post_id integer REFERENCES posts, body text NOT NULL);
      CREATE FUNCTION count_comment() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        UPDATE posts SET comments_count = comments_count - 1 WHERE TG_OP <> 'INSERT' AND id = OLD.post_id;
        UPDATE posts SET comments_count = comments_count + 1 WHERE TG_OP <> 'DELETE' AND id = NEW.post_id;
        RETURN NULL;
      END $$;
      CREATE TRIGGER count_comment AFTER INSERT OR UPDATE OR DELETE ON comments FOR EACH ROW EXECUTE FUNCTION count_comment();
      INSERT INTO posts VALUES (1, 'Hello', 0), (2, 'Spring', 0);
      INSERT INTO comments (post_id, body) VALUES (1, 'First!')`)
    .simple();
});
afterAll(async () => {
  await own.drop();
  await rm(directory, { recursive: true });
});

const checklist = (...args: string[]) => run(['checklist', ...args], { DATABASE_URL: own.url });
const ids = [
  'trigger-enabled',
  'use-increments',
  'second-use-increments',
  'records-exist',
  'counts-match',
  'no-log-errors',
];

describe('checklist', () => {
  test('--counter walks the six steps of that counter, and reports them', needsFullScale(), async () => {
    const report = join(directory, 'comments.md');
    const { code, out } = await checklist('--counter', 'posts.comments_count', '--json', '--report', report);
    const document = JSON.parse(out);
    expect(document).toMatchObject({
      version: 2,
      counter: { id: 'public.posts.comments_count' },
      trigger: {
        name: 'count_comment',
        definition: expect.stringContaining('CREATE TRIGGER'),
        definitionHash: expect.any(String),
      },
      passed: 5,
      failed: 0,
      skipped: 1,
      source: null,
    });
    expect(document.steps.map(({ id }: { id: string }) => id)).toEqual(ids);
    expect(code).toBe(0);
    const written = await readFile(report, 'utf8');
    expect(written).toContain('# Testing checklist: public.posts.comments\\_count');
    expect(written).toContain('✅ A new comment changes comments_count as it should');
  });

  test('--all walks it for every counter, and exits with the worst', async () => {
    const file = join(directory, 'checklist.json');
    const right = await checklist('--all', '--format', 'json', '--output', file);
    expect(right).toEqual({ code: 0, out: '', err: '' });
    const document = JSON.parse(await readFile(file, 'utf8'));
    expect(document).toMatchObject({ version: 2, complete: true, notCheckable: [], source: null });
    expect(
      document.counters.map(({ counter: { id }, failed }: { counter: { id: string }; failed: number }) => [
        id,
        failed,
      ]),
    ).toEqual([
      ['public.posts.comments_count', 0],
      ['public.presets.usage_count', 0],
    ]);
    await own.sql`UPDATE posts SET comments_count = 9 WHERE id = 2`;
    const report = join(directory, 'all.json');
    const wrong = await checklist('--all', '--report', report);
    const annotated = await checklist('--counter', 'posts.comments_count', '--format', 'github', '--quiet');
    await own.sql`UPDATE posts SET comments_count = 0 WHERE id = 2`;
    expect(wrong.out).toContain('public.presets.usage_count: 5 passed, 0 failed');
    expect(wrong.out).toContain('public.posts.comments_count: 4 passed, 1 failed (counts-match)');
    expect(wrong.code).toBe(1);
    expect(annotated).toMatchObject({ code: 1, err: '' });
    expect(annotated.out).toMatch(
      /^::error title=public\.posts\.comments_count::4 passed, 1 failed \(counts-match\)[^\n]*\n::error /,
    );
    expect(JSON.parse(await readFile(report, 'utf8'))).toMatchObject({
      counters: [{ failed: 1 }, { failed: 0 }],
    });
  });

  test.each(
    scaledList(1, [
      [['--all', '--counter', 'posts.comments_count'], '--all and --counter are both given.'],
      [['--all', '--preset', 'Noir'], '--preset does not go together with --all.'],
    ]),
  )('refuses %j', async (args, message) => {
    const { code, err } = await checklist(...args);
    expect(err.split('\n')[0]).toBe(message);
    expect(code).toBe(2);
  });

  describe('--app-source', () => {
    const source = () => join(directory, 'app');
    const put = async (text: string) => {
      await mkdir(source(), { recursive: true });
      await writeFile(join(source(), 'comment.ts'), text);
    };
    const add = "supabase.from('posts').update({ comments_count: count + 1 }).eq('id', id)";
    const use = "supabase.from('presets').update({ usage_count: count + 1 }).eq('id', id)";
    const file = (...lines: string[]) =>
      `export async function save(supabase, id, count) {\n${lines.map(line => `  await ${line};\n`).join('')}}\n`;

    test('finds what writes the counter that is meant, and nothing else', needsFullScale(), async () => {
      await put(file(add, use));
      const report = join(directory, 'source.md');
      const asked = ['--counter', 'posts.comments_count', '--app-source', source()];
      const { code, out } = await checklist(...asked, '--json', '--report', report);
      const { source: found, failed } = JSON.parse(out);
      expect(found).toMatchObject({
        counters: ['public.posts.comments_count'],
        writes: [{ file: 'comment.ts', line: 2, counter: 'public.posts.comments_count' }],
      });
      expect({ code, failed, writes: found.writes.length }).toEqual({ code: 1, failed: 0, writes: 1 });
      expect(await readFile(report, 'utf8')).toContain("## ❌ The application's source");
      await put(file(use));
      const clean = await checklist(...asked);
      expect(clean.out).toMatch(
        /Source: Nothing in 1 file of .* writes public\.posts\.comments_count in addition to what may keep it\./,
      );
      expect(clean.code).toBe(0);
    });

    test('of every counter with --all', needsFullScale(), async () => {
      await put(file(add, use));
      const { code, out } = await checklist('--all', '--app-source', source(), '--json');
      expect(JSON.parse(out).source).toMatchObject({
        counters: ['public.posts.comments_count', 'public.presets.usage_count'],
        writes: [{ line: 2, counter: 'public.posts.comments_count' }, { line: 3 }],
      });
      expect(code).toBe(1);
    });
  });
});
