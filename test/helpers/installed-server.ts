import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestOptions } from 'vitest';
import { ranOn } from './engines.ts';
import { needs } from './needs.ts';
import { quickDirectory } from './quick-directory.ts';
import { freePort, type TestServer } from './server.ts';

/** Where Debian and its derivatives keep a directory for each version of PostgreSQL. */
const debian = '/usr/lib/postgresql';

/** The directories with PostgreSQL's programs on this machine, by major version, newest first. */
export function installedVersions(): Map<number, string> {
  const directories = existsSync(debian)
    ? readdirSync(debian).map(version => join(debian, version, 'bin'))
    : [];
  try {
    directories.push(execFileSync('pg_config', ['--bindir'], { encoding: 'utf8', stdio: 'pipe' }).trim());
  } catch {
    // There is no pg_config on the PATH.
  }
  const found = new Map<number, string>();
  for (const directory of directories) {
    if (!['initdb', 'postgres'].every(program => existsSync(join(directory, program)))) continue;
    const said = execFileSync(join(directory, 'postgres'), ['--version'], { encoding: 'utf8' });
    const version = Number.parseInt(/(\d+)/.exec(said)?.[1] ?? '', 10);
    if (version && !found.has(version)) found.set(version, directory);
  }
  return new Map([...found].sort(([a], [b]) => b - a));
}

/** Options for tests on the PostgreSQL `version` that is installed here. */
export function needsInstalled(version: number): TestOptions {
  return needs(
    installedVersions().has(version),
    `PostgreSQL ${version} is neither in ${debian} nor found by pg_config. Install it (apt-get install postgresql-${version}).`,
  );
}

/**
 * Starts a server of the installed PostgreSQL `version` on a free port, without fsync; null if that version is not installed.
 * `flags` go to the `postgres` process, `environment` is added to its own.
 */
export async function startInstalled(
  version: number,
  flags: string[] = [],
  environment: Record<string, string> = {},
): Promise<TestServer | null> {
  const programs = installedVersions().get(version);
  if (programs === undefined) return null;
  const parent = quickDirectory(`preset-usage-pg${version}-`);
  const data = join(parent, 'data');
  const password = randomBytes(9).toString('base64url');
  const passwordFile = join(parent, 'password');
  writeFileSync(passwordFile, password);
  // PostgreSQL refuses to run as root, which is who CI machines often are.
  const user = process.getuid?.() === 0 ? postgresUser() : null;
  if (user) for (const file of [parent, passwordFile]) chownSync(file, user.uid, user.gid);
  const options = { ...user, cwd: parent, env: { LC_ALL: 'C', PATH: '/usr/bin:/bin', ...environment } };
  const made = ['-D', data, '-U', 'postgres', '--auth=scram-sha-256', `--pwfile=${passwordFile}`];
  execFileSync(join(programs, 'initdb'), [...made, '--encoding=UTF8', '--no-locale', '--no-sync'], {
    ...options,
    stdio: 'pipe',
  });
  const port = await freePort();
  const settings = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${parent}`,
    'fsync=off',
    'max_wal_size=256MB',
    'max_connections=60',
  ];
  const server = spawn(
    join(programs, 'postgres'),
    ['-D', data, ...settings.flatMap(setting => ['-c', setting]), ...flags],
    { ...options, stdio: ['ignore', 'ignore', 'pipe'] },
  );
  // A test run that dies must not leave a server behind.
  const kill = () => void server.kill('SIGQUIT');
  process.once('exit', kill);
  await ready(server, version);
  const engine = `PostgreSQL ${version} (${programs})`;
  ranOn(engine);
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    engine,
    async stop() {
      process.off('exit', kill);
      const gone = new Promise(resolve => server.once('exit', resolve));
      // A fast shutdown: clients that are still connected are disconnected.
      if (server.exitCode === null) {
        server.kill('SIGINT');
        await gone;
      }
      rmSync(parent, { recursive: true, force: true });
    },
  };
}

/** The system user that PostgreSQL should run as. */
function postgresUser(): { uid: number; gid: number } {
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8', stdio: 'pipe' }));
  return { uid: id('-u'), gid: id('-g') };
}

function ready(server: ChildProcess, version: number): Promise<void> {
  let log = '';
  return new Promise((resolve, reject) => {
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('ready to accept connections')) resolve();
    });
    server.once('exit', () => reject(new Error(`PostgreSQL ${version} did not start:\n${log}`)));
    server.once('error', reject);
  });
}
