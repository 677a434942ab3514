import { spawnSync } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDatabase, insertPresets, insertRecords, type TestDatabase } from '../helpers/database.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { quickCases } from '../helpers/quick-cases.ts';
import { run } from '../helpers/run.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'scan-'));
  await mkdir(join(directory, 'api'));
});
afterEach(() => rm(directory, { recursive: true }));

const handler = `export async function use(supabase, id) {
  await supabase.from('preset_usage').insert({ preset_id: id });
  const { data } = await supabase.from('presets').select('usage_count').eq('id', id).single();
  await supabase.from('presets').update({ usage_count: data.usage_count + 1 }).eq('id', id);
}
`;
const clean = `export const use = (supabase, id) => supabase.rpc('track_preset_usage', { p_preset_id: id });\n`;

const put = (name: string, text: string) => writeFile(join(directory, name), text);

describe('scan', () => {
  test('answers with the contract’s document, exit code 1 where there is a write', async () => {
    await put('api/use.ts', handler);
    const { code, out, err } = await run(['scan', directory, '--json']);
    expect(err).toBe('');
    expect(JSON.parse(out)).toMatchObject({
      directory,
      files: 1,
      writes: [
        {
          file: 'api/use.ts',
          line: 4,
          column: 34,
          kind: 'supabase-update',
          text: "await supabase.from('presets').update({ usage_count: data.usage_count + 1 }).eq('id', id);",
          record: 2,
        },
      ],
      notes: [],
      unparsed: [],
      skipped: [],
    });
    expect(code).toBe(1);
  });

  test('for a person: by file, with why and what to do; hostile text does not reach the terminal', async () => {
    await put(
      'api/use\u001b[2J.ts',
      handler.replace('usage_count: data', '/* \u001b[31m */ usage_count: data'),
    );
    const { code, out } = await run(['scan', directory]);
    expect(code).toBe(1);
    expect(out).not.toContain('\u001b');
    expect(out).toMatch(
      /1 file read in \d+\.\d\d s\.\n1 place writes usage_count in addition to the trigger\./,
    );
    expect(out).toMatch(/\n {2}4:\d+ supabase-update {2}await supabase/);
    expect(out.replace(/\s+/g, ' ')).toContain(
      'It inserts a record on line 2 and adds to the count on line 4',
    );
    for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(100 + directory.length);
  });

  test('exit code 0 where nothing does; what could not be read is said', async () => {
    await put('api/use.ts', clean);
    await put('api/broken.ts', 'const usage_count = ;\n');
    const { code, out, err } = await run(['scan', directory]);
    expect(code).toBe(0);
    expect(out).toMatch(/Nothing that was read writes usage_count in addition to the trigger\./);
    // Another counter of the database may be written all over.
    expect(out).toMatch(/\nOnly usage_count was looked for: .*--write-config/);
    expect(out).toMatch(/Could not be read \(1\):\n {2}api\/broken\.ts:1:21 /);
    expect(err).toMatch(/could not be read; the exit code does not cover it\.\n$/);
  });

  test('exit code 2 where nothing is in a language that is read', async () => {
    await put('api/use.py', 'def use(): pass\n');
    await put('notes.md', 'Nothing to read.\n');
    const { code, out, err } = await run(['scan', directory]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^Nothing in .* was read: it has 1 Python file\.\nScan reads TypeScript, /);
    const json = await run(['scan', directory, '--json']);
    expect(json.code).toBe(2);
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'nothing-to-read' } });
    await put('api/use.ts', clean);
    const read = await run(['scan', directory, '--json']);
    expect(read.code).toBe(0);
    expect(JSON.parse(read.out).notRead).toEqual([
      { reason: 'language', language: 'Python', files: 1, code: 0, more: false },
      { reason: 'other', language: null, files: 1, code: 0, more: false },
    ]);
  });

  quickCases('one that is not there', 'two').each<[string, string[], string]>([
    ['no directory', [], 'directory-missing'],
    ['one that is not there', ['nowhere-at-all'], 'directory-missing'],
    ['a file', [process.execPath], 'no-directory'],
    ['two', ['.', '..'], 'unknown-argument'],
  ])('%s is bad usage', async (_, given, code) => {
    const finished = await run(['scan', ...given, '--json']);
    expect(JSON.parse(finished.out)).toMatchObject({ error: { code, hint: expect.stringMatching(/\.$/) } });
    expect(finished.code).toBe(2);
  });

  test('what this user may not read is named, and a directory that it may not read is refused', async () => {
    // For root there is nothing of the kind.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    await put('api/use.ts', handler);
    await put('secret.ts', handler);
    await mkdir(join(directory, 'closed'));
    await chmod(directory, 0o755);
    await chmod(join(directory, 'secret.ts'), 0);
    await chmod(join(directory, 'closed'), 0);
    const { code, out } = await run(['scan', directory, '--json'], {}, undefined, nobody);
    expect(JSON.parse(out)).toMatchObject({
      files: 1,
      writes: [{ file: 'api/use.ts' }],
      skipped: [
        { file: 'closed/', reason: 'this user may not read it' },
        { file: 'secret.ts', reason: 'this user may not read it' },
      ],
    });
    expect(code).toBe(1);
    const refused = await run(['scan', join(directory, 'closed'), '--json'], {}, undefined, nobody);
    await chmod(join(directory, 'closed'), 0o755);
    expect(JSON.parse(refused.out)).toMatchObject({ error: { code: 'directory-unreadable' } });
    expect(refused.code).toBe(2);
  });

  test('without the parser of SQL, code is scanned all the same, and what could not be read is named', async () => {
    const broken = await mkdtemp(join(tmpdir(), 'scan-install-'));
    const root = fileURLToPath(new URL('../..', import.meta.url));
    for (const name of ['dist', 'package.json'])
      await cp(join(root, name), join(broken, name), { recursive: true });
    await symlink(join(root, 'node_modules'), join(broken, 'node_modules'));
    await put('api/use.ts', handler);
    await put('more.sql', 'UPDATE presets SET usage_count = usage_count + 1;\n');
    const scan = () =>
      spawnSync(process.execPath, [join(broken, 'dist/cli.js'), 'scan', directory, '--json'], {
        encoding: 'utf8',
      });
    await rm(join(broken, 'dist/parser-main.js'));
    const { status, stdout } = scan();
    expect(JSON.parse(stdout)).toMatchObject({
      writes: [{ file: 'api/use.ts' }],
      unparsed: [{ file: 'more.sql', message: 'the parser has ended' }],
    });
    expect(status).toBe(1);
    await rm(join(broken, 'dist/scan-main.js'));
    const gone = scan();
    await rm(broken, { recursive: true });
    expect(JSON.parse(gone.stdout)).toMatchObject({ error: { code: 'scan-ended' } });
    expect(gone.status).toBe(2);
  });

  test('no database is asked, even one that cannot be understood', async () => {
    await put('api/use.ts', clean);
    const { code } = await run(['scan', directory], { DATABASE_URL: 'nonsense://:::' });
    expect(code).toBe(0);
  });
});

describe('checklist --app-source', () => {
  let own: TestDatabase;
  beforeAll(async () => {
    own = await createDatabase();
    const [id = ''] = await insertPresets(own.sql, ['Noir']);
    await insertRecords(own.sql, id, 3);
  });
  afterAll(() => own.drop());
  const checklist = (...args: string[]) => run(['checklist', ...args], { DATABASE_URL: own.url });

  test('the source is evidence beside the six steps, and decides about the exit code', async () => {
    await put('api/use.ts', handler);
    const report = join(directory, 'report.md');
    const { code, out } = await checklist('--app-source', directory, '--report', report, '--json');
    const answer = JSON.parse(out);
    expect(answer).toMatchObject({ passed: 5, failed: 0, skipped: 1 });
    expect(answer.steps).toHaveLength(6);
    expect(answer.source).toMatchObject({
      directory,
      files: 1,
      writes: [{ file: 'api/use.ts', line: 4, kind: 'supabase-update' }],
    });
    expect(code).toBe(1);
    const text = await readFile(report, 'utf8');
    expect(text).toContain("## ❌ The application's source");
    expect(text).toContain('- api/use.ts:4:34 (supabase-update)');
  });

  test('clean, and said to be missing where none was named', needsFullScale(), async () => {
    await put('api/use.ts', clean);
    const scanned = await checklist('--app-source', directory);
    expect(scanned.out).toMatch(
      /Source: Nothing in 1 file of .* writes usage_count in addition to the trigger\./,
    );
    expect(scanned.code).toBe(0);
    const without = await checklist('--json');
    expect(JSON.parse(without.out)).toMatchObject({ source: null });
    expect((await checklist()).out).toMatch(
      /Source: .* was not scanned .* Give it with --app-source DIRECTORY\./,
    );
  });

  test(
    'exit code 2 where nothing of the source is in a language that is read',
    needsFullScale(),
    async () => {
      await put('api/use.py', 'def use(): pass\n');
      const { code, out } = await checklist('--app-source', directory, '--json');
      expect(code).toBe(2);
      expect(JSON.parse(out)).toMatchObject({
        error: { code: 'nothing-to-read', message: expect.stringContaining('it has 1 Python file.') },
      });
      await put('api/use.ts', clean);
      const read = await checklist('--app-source', directory, '--json');
      expect(read.code).toBe(0);
      expect(JSON.parse(read.out).source.notRead).toEqual([
        { reason: 'language', language: 'Python', files: 1, code: 0, more: false },
      ]);
    },
  );

  test('a directory that is not there is refused before anything is read', needsFullScale(), async () => {
    const { code, out, err } = await checklist('--app-source', join(directory, 'nowhere'));
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^There is no directory .*nowhere\.\n/);
  });
});
