import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadConfig, type ServerTarget } from '../../../source/config/config.ts';
import { contextsFile, readContext } from '../../../source/config/contexts/read-context.ts';

let home: string;
let path: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'contexts-'));
  path = join(home, 'preset-usage', 'config.json');
  mkdirSync(join(home, 'preset-usage'));
});
afterAll(() => rmSync(home, { recursive: true }));

const environment = () => ({ XDG_CONFIG_HOME: home });
const write = (text: string) => writeFileSync(path, text);
const writeContexts = (...contexts: object[]) => write(JSON.stringify({ contexts }, null, 1));
/** What is said of a file with this text, from the place on. */
const said = (text: string) => {
  write(text);
  try {
    return readContext('staging', environment());
  } catch (error) {
    expect(error).toMatchObject({ exitCode: 2 });
    return (error as Error).message.replace(path, 'FILE');
  }
};
const staging = { name: 'staging', url: 'postgres://reader@db.example:5433/shop' };

test('the file is in the directory for configurations', () => {
  expect(contextsFile({ HOME: '/home/me', XDG_CONFIG_HOME: '/etc/me' })).toBe(
    '/etc/me/preset-usage/config.json',
  );
});

test('a context has what the file says, and nothing else by itself', () => {
  writeContexts(staging, {
    name: 'b.2',
    service: "it's",
    color: 'red',
    readOnly: false,
    counters: ['public.posts.comments_count'],
  });
  expect(readContext('staging', environment())).toEqual({
    name: 'staging',
    connection: staging.url,
    color: null,
    readOnly: null,
    counters: [],
  });
  expect(readContext('b.2', environment())).toEqual({
    name: 'b.2',
    connection: "service='it\\'s'",
    color: 'red',
    readOnly: false,
    counters: ['public.posts.comments_count'],
  });
});

test('one that is not there is named with those that are, and the nearest', () => {
  writeContexts(staging, { ...staging, name: 'other' });
  expect(() => readContext('stagign', environment())).toThrow(
    expect.objectContaining({
      code: 'unknown-context',
      exitCode: 2,
      message: `${path} has no context "stagign". Did you mean staging?`,
      hint: 'It has staging, other.',
    }),
  );
  expect(() => readContext('x', { XDG_CONFIG_HOME: '/nowhere' })).toThrow(
    expect.objectContaining({ message: '/nowhere/preset-usage/config.json has no context "x".' }),
  );
});

test.each<[string, string, string]>([
  ['is no JSON', '{\n "contexts": [,]\n}', 'FILE, line 2: this is not JSON.'],
  ['has no contexts', '{}', 'FILE, line 1: contexts is missing.'],
  [
    'has another key',
    '{"contexts": [],\n"theme": 1}',
    'FILE, line 2: theme is not a key that is known here.',
  ],
  [
    'has a name with a space',
    '{"contexts": [\n{"name": "a b", "service": "a"}]}',
    'FILE, line 2: contexts[0].name must have only letters, digits, dots, dashes and underscores.',
  ],
  [
    'has no address',
    '{"contexts": [\n{"name": "a"}]}',
    'FILE, line 2: contexts[0] must have either url or service.',
  ],
  [
    'has two addresses',
    '{"contexts": [{"name": "a", "service": "a",\n"url": "host=db"}]}',
    'FILE, line 1: contexts[0] must have either url or service.',
  ],
  [
    'has no URL in url',
    '{"contexts": [{"name": "a",\n"url": "https://db"}]}',
    'FILE, line 2: contexts[0].url must be a URL such as postgres://reader@host:5432/database.',
  ],
  [
    'has a colour that is none',
    '{"contexts": [{"name": "a", "service": "a",\n"color": "crimson"}]}',
    'FILE, line 2: contexts[0].color must be one of red, yellow, green, cyan, blue, magenta, white, gray.',
  ],
  [
    'has a word for true',
    '{"contexts": [{"name": "a", "service": "a",\n"readOnly": "yes"}]}',
    'FILE, line 2: contexts[0].readOnly must be true or false.',
  ],
  [
    'has a counter without a schema',
    '{"contexts": [{"name": "a", "service": "a", "counters": [\n"n"]}]}',
    'FILE, line 2: contexts[0].counters[0] must be schema, table and column of the count, such as "public.posts.comments_count".',
  ],
  [
    'has a name twice',
    '{"contexts": [{"name": "a", "service": "a"},\n{"name": "a", "service": "b"}]}',
    'FILE, line 2: contexts[1].name is there twice.',
  ],
])('a file that %s is refused with the place', (_, text, message) => {
  expect(said(text)).toBe(message);
});

test.each([
  'postgres://me:s3cret@db/shop',
  'postgres://me@db/shop?password=s3cret',
  'host=db password=s3cret',
  "host=db sslpassword='s3cret'",
])('a password is refused, and not repeated: %s', url => {
  const message = said(JSON.stringify({ contexts: [{ name: 'other', url }] }));
  expect(message).toBe(
    'FILE, line 1: contexts[0].url must not have a password: put it into the file that PGPASSFILE names.',
  );
});

describe('--context', () => {
  const load = (context: object, flags: object = {}, variables: object = {}) => {
    writeContexts({ name: 'x', ...context });
    const { name } = { name: 'x', ...context };
    return loadConfig(flags, { HOME: home, ...variables }, home, readContext(name, environment()));
  };

  test('names the database, before the environment, which fills in what it leaves out', () => {
    const { target, addressFrom, context } = load(
      { url: 'postgres://db.example/shop' },
      {},
      { DATABASE_URL: 'postgres://env.example/env', PGUSER: 'me', PGPASSWORD: 'p' },
    );
    expect(target).toMatchObject({ host: 'db.example', database: 'shop', user: 'me', source: 'context x' });
    expect((target as ServerTarget).password).toBe('p');
    expect([addressFrom, context?.name]).toEqual(['flag', 'x']);
  });

  test.each<[boolean, object]>([
    [false, { url: 'postgres://db.example/shop' }],
    [true, { url: 'postgres://db.example/shop', readOnly: true }],
    [true, { name: 'shop-prod', url: 'postgres://db.example/shop' }],
    [true, { url: 'postgres://db.production.example/shop' }],
    [true, { url: 'postgres://a.example,live-2.example/shop' }],
    [true, { url: 'postgres://db.example/shop_production' }],
    [false, { name: 'shop-prod', url: 'postgres://db.example/shop', readOnly: false }],
    [false, { name: 'products', url: 'postgres://delivery.example/olives' }],
  ])('is read-only (%s) where it says so, and else where a name says production: %j', (readOnly, context) => {
    expect(load(context).readOnly).toBe(readOnly);
    expect(load(context, { readOnly: true }).readOnly).toBe(true);
  });

  test('takes a service, whose name may say production too', () => {
    const services = join(home, 'pg_service.conf');
    writeFileSync(services, '[shop-live]\nhost=db.example\ndbname=shop\n');
    const config = load({ service: 'shop-live' }, {}, { PGSERVICEFILE: services });
    expect(config.target).toMatchObject({ host: 'db.example', database: 'shop' });
    expect(config.readOnly).toBe(true);
  });
});
