import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Program } from './pseudo-terminal.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the console has written once the first audit is done. */
export const audited = /\d accurate|\d \w+ {2}Accurate/;

/** The console on the database at `url`, started the way `npm start` starts it. */
export async function consoleOn(url: string): Promise<Program> {
  const { scripts } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const [command, ...words] = (scripts.start as string).split(' ');
  if (command !== 'node') throw new Error(`npm start runs ${command}, and only node can be measured here.`);
  return {
    name: 'console',
    file: process.execPath,
    args: words.map(word => (word.startsWith('-') ? word : join(root, word))),
    env: { DATABASE_URL: url },
    // A row of the list, and the end of the frame that it is in.
    ready: /preset \d+[\s\S]*\u001b\[\?2026l/,
    quit: 'q',
  };
}

/** A program that only reads `rows` rows of the database at `url`, as often as the console does: what that alone takes. */
export function bareClientOn(url: string, rows: number): Program {
  return {
    name: 'bare client',
    file: process.execPath,
    args: [join(root, 'test/bench/bare-client.ts'), String(rows)],
    env: { DATABASE_URL: url },
    ready: /ready/,
    quit: 'q',
  };
}

/** Other programs that open on the same server, as far as they are installed here; and the names of those that are not. */
export function others(url: string): { programs: Program[]; missing: string[] } {
  const { hostname, port, username, password, pathname } = new URL(url);
  const place = ['-h', hostname, '-p', port || '5432', '-U', decodeURIComponent(username)];
  const env = { PGPASSWORD: decodeURIComponent(password) };
  const known: Program[] = [
    { name: 'pg_activity', file: 'pg_activity', args: place, env, ready: /RUNNING|PID/, quit: 'q' },
    {
      name: 'pgcli',
      file: 'pgcli',
      args: [...place, '-d', pathname.slice(1)],
      // Its settings and its history are not to end up among the user's own.
      env: { ...env, XDG_CONFIG_HOME: join(tmpdir(), 'preset-usage-bench') },
      ready: new RegExp(`${pathname.slice(1)}>`),
      quit: '\u0004',
    },
  ];
  const installed = ({ file }: Program) => spawnSync(file, ['--version']).status === 0;
  return {
    programs: known.filter(installed),
    missing: known.filter(program => !installed(program)).map(({ name }) => name),
  };
}
