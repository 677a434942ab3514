import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { uncalledIn } from '../../source/checklist/scan-source.ts';
import { calls } from '../../source/scan/find-mentions.ts';

const name = 'track_preset_usage';

test.each([
  ["await supabase.rpc('track_preset_usage', { p_preset_id: id })", true],
  ['const track = "track_preset_usage"', true],
  ['await sql`SELECT public.track_preset_usage($1, $2)`', true],
  ['cursor.execute("CALL track_preset_usage(%s)", [id])', true],
  ["PERFORM track_preset_usage(NEW.preset_id, 'x');", true],
  ['CREATE OR REPLACE FUNCTION public.track_preset_usage(p_preset_id uuid) RETURNS uuid', false],
  ['GRANT EXECUTE ON FUNCTION track_preset_usage(uuid) TO authenticated;', false],
  ['DROP FUNCTION IF EXISTS "public".track_preset_usage(uuid);', false],
  ['track_preset_usage: { Args: { p_preset_id: string }; Returns: string }', false],
  ['call track_preset_usage_of_today()', false],
])('%s calls the function: %s', (text, expected) => expect(calls(text, name)).toBe(expected));

test('a source is one that does not call it only if all of it was read', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'mentions-'));
  try {
    expect(await uncalledIn(null, name)).toBeNull();
    expect(await uncalledIn(directory, name)).toBeNull();
    await writeFile(join(directory, 'use.ts'), `await db.from('preset_usage').insert({ preset_id })`);
    expect(await uncalledIn(directory, name)).toBe(directory);
    await writeFile(join(directory, 'large.js'), ' '.repeat(4_000_001));
    expect(await uncalledIn(directory, name)).toBeNull();
    await rm(join(directory, 'large.js'));
    await writeFile(join(directory, 'use.py'), `db.execute("select track_preset_usage(%s)")`);
    expect(await uncalledIn(directory, name)).toBeNull();
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
