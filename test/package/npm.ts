import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The repository's root, without a slash at its end. */
export const root = fileURLToPath(new URL('../..', import.meta.url)).slice(0, -1);

const execute = promisify(execFile);

/** Runs npm in the repository, as from a shell that no script of npm's started, and answers what it printed. */
export async function npm(...words: string[]): Promise<string> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  // --offline: a test must not wait for a network, or fail without one.
  const { stdout } = await execute('npm', [...words, '--offline', '--ignore-scripts'], { cwd: root, env });
  return stdout;
}
