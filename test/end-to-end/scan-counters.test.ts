import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../helpers/run.ts';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scan-counters-'));
  await mkdir(join(directory, 'src'));
  const counters = [
    {
      counter: 'public.saved_filters.use_count',
      row: { key: 'id' },
      records: { table: 'filter_uses', reference: 'filter_id' },
    },
    { counter: 'public.posts.views' },
  ];
  await writeFile(join(directory, 'mine.json'), JSON.stringify({ counters }));
  await writeFile(
    join(directory, 'src/a.ts'),
    "await supabase.from('saved_filters').update({ use_count: n + 1 }).eq('id', id);\nawait supabase.rpc('increment_post_views', { id });\n",
  );
});
afterAll(() => rm(directory, { recursive: true }));

const scan = (...args: string[]) => run(['scan', 'src', ...args], {}, undefined, { cwd: directory });

describe('scan', () => {
  test('finds what writes the counters of a configuration', async () => {
    const { code, out } = await scan('--config', 'mine.json', '--json');
    expect(JSON.parse(out)).toMatchObject({
      counters: ['public.saved_filters.use_count', 'public.posts.views'],
      writes: [
        { line: 1, kind: 'supabase-update', counter: 'public.saved_filters.use_count' },
        { line: 2, kind: 'rpc', counter: 'public.posts.views' },
      ],
    });
    expect(code).toBe(1);
    const said = await scan('--config', 'mine.json', '--counter', 'posts.views');
    expect(said.out).toContain('1 place writes public.posts.views in addition to what may keep it.');
    expect(said.out).toContain('rpc of public.posts.views');
  });

  test('without one looks for presets alone', async () => {
    const { code, out } = await scan('--json');
    expect(JSON.parse(out)).toMatchObject({ writes: [] });
    expect(JSON.parse(out)).not.toHaveProperty('counters');
    expect(code).toBe(0);
  });

  test('needs a counter to be described', async () => {
    const { code, err } = await scan('--counter', 'public.tags.uses');
    expect(err.split('\n')[0]).toBe(
      'counters.json does not describe public.tags.uses, and scan reads no database.',
    );
    expect(code).toBe(2);
  });
});
