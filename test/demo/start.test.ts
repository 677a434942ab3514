import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmdirSync, statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { DemoProgress } from '../../source/demo/start.ts';
import type { ConsoleError } from '../../source/errors/errors.ts';
import { needsFullScale } from '../helpers/needs.ts';
import { clusterIn, connectTo, makeScratch, sqlDirectory, startTestDemo, workerFile } from './helpers.ts';

const scratch = makeScratch();
const temporary = join(scratch.path, 't');
let clusterFile: URL;

beforeAll(async () => {
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  clusterFile = await clusterIn(scratch.path);
});
afterAll(() => {
  vi.unstubAllEnvs();
  scratch.remove();
});

// A demo leaves nothing behind, whatever happened to it.
afterEach(() => {
  expect(readdirSync(temporary)).toEqual([]);
});

describe('startDemo', () => {
  it('starts a PostgreSQL that clients find like libpq', async () => {
    const progress: DemoProgress[] = [];
    const demo = await startTestDemo({ clusterFile, onProgress: told => progress.push(told) });
    expect(demo).toMatchObject({ socketPath: `${demo.host}/.s.PGSQL.5432`, port: 5432 });
    expect(statSync(demo.host).mode & 0o777).toBe(0o700);

    for (const options of [{}, { path: demo.socketPath! }]) {
      const sql = connectTo(demo, options);
      const [row] = await sql`SELECT current_database() AS database, current_user AS user, version()`;
      expect(row).toMatchObject({ database: demo.database, user: demo.user });
      expect(row?.version).toContain('PostgreSQL 18');
      await sql.end();
    }

    const stages = [...new Set(progress.map(({ stage }) => stage))];
    expect(stages).toEqual([
      'Starting PostgreSQL',
      'Creating tables',
      'Filling history',
      'Gathering statistics',
    ]);
    const filling = progress.filter(({ stage }) => stage === 'Filling history');
    expect(filling.length).toBeGreaterThan(5);
    expect(filling.at(-1)).toMatchObject({ done: filling[0]!.total });
    await demo.stop();
  });

  // A second compilation would take over 600 MB more, and as much time as all the rest.
  it('takes little memory, because PostgreSQL is compiled once', async () => {
    const code = `
      import { startDemo } from '${new URL('../../source/demo/start.ts', import.meta.url)}';
      const demo = await startDemo({ workerFile: new URL('${workerFile}'), sqlDirectory: new URL('${sqlDirectory}'), clusterFile: new URL('${clusterFile}'), traffic: false });
      await demo.stop();
      console.log(process.resourceUsage().maxRSS);`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
    expect(Number(stdout)).toBeGreaterThan(100 * 1024);
    expect(Number(stdout)).toBeLessThan(500 * 1024);
  });

  it('stops in the middle of a query, and twice, which is no failure', needsFullScale(), async () => {
    const onFailure = vi.fn();
    const demo = await startTestDemo({ clusterFile, onFailure });
    const sql = connectTo(demo, { backoff: () => 1_000 });
    await sql`SELECT 1`;
    // A stop that waited for its end would run into the test's time limit.
    const endless = sql`SELECT count(*) FROM generate_series(1, 1000000000000)`.execute();
    endless.catch(() => {});
    await Promise.all([demo.stop(), demo.stop()]);
    expect(existsSync(demo.host)).toBe(false);
    await demo.stop();
    expect(onFailure).not.toHaveBeenCalled();
    await sql.end({ timeout: 0 });
  });

  it("listens on the loopback address if a socket's path would be too long, and says when no client would get an answer", async () => {
    const { promise, resolve } = Promise.withResolvers<ConsoleError>();
    const long = join(temporary, 'd'.repeat(120));
    mkdirSync(long);
    vi.stubEnv('TMPDIR', long);
    const demo = await startTestDemo({ clusterFile, onFailure: resolve });
    vi.stubEnv('TMPDIR', temporary);
    rmdirSync(long);
    expect(demo).toMatchObject({ socketPath: null, host: '127.0.0.1' });
    const sql = connectTo(demo);
    expect(await sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
    await sql.end();
    // No startup packet: PGlite throws, and pglite-socket's queue stands still after that.
    const socket = createConnection(demo.port, demo.host);
    socket.on('error', () => {}).write(Buffer.alloc(64));
    expect((await promise).message).toContain('Cannot process startup packet');
  });
});
