import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDatabase, insertPresets, type TestDatabase } from '../helpers/database.ts';
import { needsLinux } from '../helpers/needs.ts';
import { run } from '../helpers/run.ts';
import { root } from './npm.ts';
import { packedFiles } from './packed-files.ts';

// No engine builds the image here: these hold what can be told from the file, and what the program does with its environment.
const lines = readFileSync(join(root, 'Dockerfile'), 'utf8')
  .split('\n')
  .map(line => /^([A-Z]+) (.*)$/.exec(line) ?? [])
  .map(([, instruction = '', rest = '']) => ({ instruction, rest }))
  .filter(({ instruction }) => instruction !== '');
const last = lines.slice(lines.findLastIndex(({ instruction }) => instruction === 'FROM'));
const of = (wanted: string) =>
  last.filter(({ instruction }) => instruction === wanted).map(({ rest }) => rest);
const environment = Object.fromEntries(
  of('ENV').flatMap(rest => rest.split(' ').map(word => word.split('=') as [string, string])),
);

test('the image runs the program as a user who owns nothing of it but the directory for receipts', () => {
  expect(of('USER')).toEqual(['1000:1000']);
  expect(of('RUN')).toEqual([expect.stringContaining(`chown 1000:1000 ${environment.XDG_STATE_HOME}`)]);
  expect(of('ENTRYPOINT')).toEqual(['["node", "/app/dist/cli.js"]']);
  expect(of('VOLUME')).toEqual([]);
});

test('the image has what the package has, as far as the program reads it', () => {
  const copied = of('COPY').flatMap(rest => rest.replace('--from=build ', '').split(' ').slice(0, -1));
  const has = (file: string) => copied.some(path => `/app/${file}`.startsWith(path));
  // Editors read these.
  expect(packedFiles.filter(file => !has(file))).toEqual([
    'docs/config.schema.json',
    'docs/counters.schema.json',
  ]);
  const missing = copied.filter(path => !existsSync(join(root, path.replace('/app/', ''))));
  expect(missing).toEqual([]);
});

test('the build has what it needs, and neither the checkout’s own builds nor its secrets', () => {
  const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
  expect(ignored).toEqual(expect.arrayContaining(['node_modules', 'dist', '.env', '.git']));
  for (const needed of ['scripts', 'source', 'sql', 'package.json', 'package-lock.json'])
    expect(ignored).not.toContain(needed);
});

let own: TestDatabase;
let state: string;
beforeAll(async () => {
  own = await createDatabase();
  await insertPresets(own.sql, ['Noir']);
  await own.sql`UPDATE presets SET usage_count = 7`;
});
afterAll(async () => {
  await own.drop();
  if (state) rmSync(state, { recursive: true });
});

test('a container without the volume says so before it writes', needsLinux(), async () => {
  // In memory, as a container's files are that end with it.
  state = mkdtempSync('/dev/shm/image-');
  const env = { ...environment, XDG_STATE_HOME: state, DATABASE_URL: own.url };
  const planned = JSON.parse((await run(['sync', '--dry-run', '--json'], env)).out);
  const { code, err } = await run(['sync', '--confirm', planned.plan.fingerprint], env);
  expect(err).toContain(
    `Receipts would go to ${state}/preset-usage-console, which is not on a volume and ends with this container.\nNothing was changed. Mount a volume there: docker run --volume preset-usage:${state} ...\n`,
  );
  expect(code).toBe(4);
  expect(readdirSync(state)).toEqual([]);
  expect(await own.sql`SELECT usage_count FROM presets`).toMatchObject([{ usage_count: 7 }]);
  // The same without what the image sets.
  const { PRESET_USAGE_NEEDS_VOLUME: _, ...elsewhere } = env as Record<string, string>;
  expect(await run(['sync', '--confirm', planned.plan.fingerprint], elsewhere)).toMatchObject({ code: 0 });
});
