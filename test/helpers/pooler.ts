import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import postgres from 'postgres';
import type { TestOptions } from 'vitest';
import { needs } from './needs.ts';
import { freePort } from './server.ts';
import { waitFor } from './wait.ts';

const binary = '/usr/sbin/pgbouncer';

/** A pgbouncer in transaction mode in front of one server. */
export interface Pooler {
  /** `url`, which leads to the server itself, changed to lead through the pooler. */
  through(url: string): string;
  /** Kills the server's end of every connection of the pooler to `database`; returns how many there were. */
  killServers(database: string): Promise<number>;
  stop(): Promise<void>;
}

/** Options for tests behind a transaction pooler. */
export function needsPooler(): TestOptions {
  return needs(
    existsSync(binary),
    `Behind a transaction pooler nothing was tested: there is no ${binary}. Install pgbouncer (apt-get install pgbouncer).`,
  );
}

/**
 * Starts a pgbouncer with `size` connections to the server for each database and role, and the strictest settings for clients:
 * no reset query, no ignored start-up parameters. `logins` are further roles with their passwords, `settings` further lines.
 */
export async function startPooler(
  url: string,
  {
    size = 2,
    logins = {},
    settings = [],
  }: { size?: number; logins?: Record<string, string>; settings?: readonly string[] } = {},
): Promise<Pooler> {
  const server = new URL(url);
  const port = await freePort();
  const directory = await mkdtemp(join(tmpdir(), 'pgbouncer-'));
  await chmod(directory, 0o755);
  const all = { [decodeURIComponent(server.username)]: decodeURIComponent(server.password), ...logins };
  const users = Object.entries(all).map(([name, password]) => `"${name}" "${password}"`);
  const ini = `[databases]
* = host=${server.hostname} port=${server.port || 5432}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${directory}/users
admin_users = ${decodeURIComponent(server.username)}
pool_mode = transaction
default_pool_size = ${size}
server_reset_query =
server_login_retry = 0
${settings.join('\n')}
`;
  await writeFile(join(directory, 'users'), `${users.join('\n')}\n`);
  await writeFile(join(directory, 'ini'), ini);
  // It refuses to run as root.
  const as = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
  const child = spawn(binary, [...as, join(directory, 'ini')], { stdio: ['ignore', 'ignore', 'pipe'] });
  await listening(child);
  const through = (to: string) => {
    const other = new URL(to);
    other.hostname = '127.0.0.1';
    other.port = String(port);
    return other.href;
  };
  return {
    through,
    async killServers(database) {
      const console = new URL(through(url));
      console.pathname = '/pgbouncer';
      const admin = postgres(console.href, { max: 1, fetch_types: false, prepare: false });
      const direct = postgres(url, { max: 1 });
      try {
        let pids: number[] = [];
        // Between two of them there may be none.
        await waitFor(async () => {
          const servers = await admin.unsafe('SHOW SERVERS').simple();
          pids = servers.filter(row => row.database === database).map(row => Number(row.remote_pid));
          return pids.length > 0;
        }, 'a connection of the pooler to the server');
        await direct`SELECT pg_terminate_backend(pid) FROM unnest(${pids}::int[]) pid`;
        return pids.length;
      } finally {
        await Promise.all([admin.end(), direct.end()]);
      }
    },
    async stop() {
      const gone = new Promise(resolve => child.once('exit', resolve));
      child.kill('SIGKILL');
      await gone;
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function listening(child: ChildProcess): Promise<void> {
  let log = '';
  return new Promise((resolve, reject) => {
    child.stderr?.setEncoding('utf8').on('data', (data: string) => {
      log += data;
      if (log.includes('process up')) resolve();
    });
    child.once('error', reject);
    child.once('exit', code => reject(new Error(`pgbouncer ended with ${code}:\n${log}`)));
  });
}
