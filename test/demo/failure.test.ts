import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ConsoleError } from '../../source/errors/errors.ts';
import { clusterIn, makeScratch, sqlDirectory, startTestDemo, workerFile } from './helpers.ts';

const run = promisify(execFile);
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

describe('a demo that cannot start', () => {
  const demoFailed = { name: 'ConsoleError', code: 'demo-failed', exitCode: 3 };

  it('names the SQL file that is missing', async () => {
    const started = startTestDemo({ clusterFile, sqlDirectory: pathToFileURL(`${scratch.path}/`) });
    await expect(started).rejects.toMatchObject({
      ...demoFailed,
      message: expect.stringMatching(/could not start: .*demo-schema\.sql/),
    });
  });

  it("includes PostgreSQL's error about the SQL", async () => {
    const broken = join(scratch.path, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'demo-schema.sql'), 'CREATE TABLE presets (id no_such_type)');
    const started = startTestDemo({ clusterFile, sqlDirectory: pathToFileURL(`${broken}/`) });
    await expect(started).rejects.toMatchObject({
      ...demoFailed,
      message: expect.stringContaining('type "no_such_type" does not exist'),
    });
  });

  it.each([
    ['no archive', Buffer.from('not a cluster')],
    ['an archive of nothing', zstdCompressSync(Buffer.alloc(1024))],
  ])('says that the cluster is damaged: %s', async (_, content) => {
    const file = join(scratch.path, 'damaged.tar.zst');
    writeFileSync(file, content);
    await expect(startTestDemo({ clusterFile: pathToFileURL(file) })).rejects.toMatchObject({
      ...demoFailed,
      message: expect.stringContaining('damaged.tar.zst is damaged'),
    });
  });

  it('says that the cluster is of another version', async () => {
    const tar = zstdDecompressSync(readFileSync(clusterFile));
    // A header begins with the file's name and is 512 bytes long; then comes the content.
    const header = tar.indexOf('\0/PG_VERSION\0') + 1;
    tar.write('17\n', header + 512);
    const file = join(scratch.path, 'old.tar.zst');
    writeFileSync(file, zstdCompressSync(tar));
    await expect(startTestDemo({ clusterFile: pathToFileURL(file) })).rejects.toMatchObject({
      ...demoFailed,
      message: expect.stringMatching(/database files are incompatible with server.*version 17/),
    });
  });

  it('names the directory for its socket, where that cannot be made', async () => {
    vi.stubEnv('TMPDIR', join(scratch.path, 'none'));
    const started = startTestDemo({ clusterFile });
    vi.stubEnv('TMPDIR', temporary);
    await expect(started).rejects.toMatchObject({
      ...demoFailed,
      message: expect.stringContaining(`${join(scratch.path, 'none')}: the directory does not exist`),
      hint: expect.stringContaining('TMPDIR'),
    });
  });

  it('names the missing worker file', async () => {
    const started = startTestDemo({ workerFile: pathToFileURL('/no/such/worker.js') });
    await expect(started).rejects.toMatchObject({
      ...demoFailed,
      message: expect.stringContaining('/no/such/worker.js'),
    });
  });

  it('reports a worker that ends without an error', async () => {
    const started = startTestDemo({ workerFile: scriptOf('process.exit(5)') });
    await expect(started).rejects.toMatchObject({
      ...demoFailed,
      message: 'The embedded demo database could not start: its thread ended with code 5.',
    });
  });
});

const scriptOf = (source: string) => new URL(`data:text/javascript,${encodeURIComponent(source)}`);

const readyForever = scriptOf(`
  import { parentPort } from 'node:worker_threads';
  parentPort.postMessage({ type: 'ready', port: null });
  setInterval(() => {}, 1_000);`);

describe('a demo that is no longer needed', () => {
  it('is aborted by its signal, before and during the start', async () => {
    const reason = new Error('changed my mind');
    await expect(startTestDemo({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);

    const controller = new AbortController();
    const onProgress = () => controller.abort(reason);
    await expect(startTestDemo({ clusterFile, onProgress, signal: controller.signal })).rejects.toBe(reason);
  });

  // The second needs no database: what removes its directory is the same.
  it.each([
    ['was forgotten', '', 0, workerFile],
    ['was left by an uncaught error', 'throw new Error("uncaught");', 1, readyForever],
  ])('ends with its process: it %s', async (_, last, exitCode, worker) => {
    const program = `
      import { startDemo } from ${JSON.stringify(new URL('../../source/demo/start.ts', import.meta.url))};
      const [workerFile, sqlDirectory, clusterFile] = process.argv.slice(1).map(href => new URL(href));
      const demo = await startDemo({ workerFile, sqlDirectory, clusterFile });
      console.log(demo.host);
      ${last}`;
    const urls = [worker, sqlDirectory, clusterFile].map(url => url.href);
    const ended = await run(process.execPath, ['--input-type=module', '-e', program, ...urls]).then(
      ({ stdout }) => ({ code: 0, stdout }),
      (error: { code: number; stdout: string }) => error,
    );
    expect(ended.code).toBe(exitCode);
    expect(ended.stdout.trim()).toContain(temporary);
    expect(existsSync(ended.stdout.trim())).toBe(false);
  });
});

describe('a demo that dies', () => {
  it.each([
    ['throws', 'throw new Error("out of memory")', 'out of memory'],
    ['ends', 'process.exit(1)', 'its thread ended with code 1'],
  ])('is reported once when its worker %s', async (_, end, why) => {
    // Not before the demo has started: on a busy machine that may take longer than any time given here.
    const started = join(scratch.path, `started ${why}`);
    const worker = scriptOf(`
      import { existsSync } from 'node:fs';
      import { parentPort } from 'node:worker_threads';
      parentPort.postMessage({ type: 'ready', port: null });
      setInterval(() => { if (existsSync(${JSON.stringify(started)})) { ${end}; } }, 5);`);
    const { promise, resolve } = Promise.withResolvers<ConsoleError>();
    const demo = await startTestDemo({ workerFile: worker, onFailure: resolve });
    writeFileSync(started, '');
    expect(await promise).toMatchObject({
      code: 'demo-failed',
      message: `The embedded demo database stopped unexpectedly: ${why}.`,
    });
    expect(existsSync(demo.host)).toBe(false);
    await demo.stop();
  });
});
