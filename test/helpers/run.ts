import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** What a command printed and how it ended. */
export interface Finished {
  code: number;
  out: string;
  err: string;
}

/**
 * Runs the built program without a terminal. Its environment names no databases except those in `env`. If `signalWhen` is given,
 * SIGINT is sent as soon as that resolves. `owner` runs it as another user if the tests run as root, or in another directory.
 */
export function run(
  args: string[],
  env: Record<string, string> = {},
  signalWhen?: Promise<unknown>,
  owner: { uid?: number; gid?: number; cwd?: string } = {},
): Promise<Finished> {
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH, HOME, TMPDIR, ...env },
    cwd: TMPDIR,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...owner,
  });
  const finished: Finished = { code: -1, out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', data => (finished.out += data));
  child.stderr.setEncoding('utf8').on('data', data => (finished.err += data));
  signalWhen?.then(() => child.kill('SIGINT'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve({ ...finished, code: code ?? -1 }));
  });
}
