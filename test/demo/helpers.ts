import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import postgres from 'postgres';
import { makeCluster } from '../../source/demo/cluster.ts';
import { makeDemoData } from '../../source/demo/data/data.ts';
import { type Demo, type DemoOptions, startDemo } from '../../source/demo/start.ts';
import { ranOn } from '../helpers/engines.ts';

export const workerFile = new URL('../../source/demo/worker.ts', import.meta.url);
export const sqlDirectory = new URL('../../sql/', import.meta.url);

const builtCluster = new URL('../../dist/demo-cluster.tar.zst', import.meta.url);

/** The cluster of the build, since making one takes 3 s; without a build a new one in `directory`. */
export async function clusterIn(directory: string): Promise<URL> {
  if (existsSync(builtCluster)) return builtCluster;
  const made = pathToFileURL(join(directory, 'cluster.tar.zst'));
  writeFileSync(made, await makeCluster());
  return made;
}

/**
 * Starts a demo in which nothing happens unless the test wants it to. It begins with the cluster of the build, or with initdb where
 * there is none, or where a test says `clusterFile: undefined`.
 */
export function startTestDemo(options: Partial<DemoOptions> = {}): Promise<Demo> {
  ranOn('PGlite (the demo)');
  return startDemo({ workerFile, sqlDirectory, clusterFile: builtCluster, traffic: false, ...options });
}

/** A client of one connection, which is what a test's transaction needs. */
export function connectTo(demo: Demo, options: postgres.Options<Record<string, never>> = {}): postgres.Sql {
  const { host, port, database, user } = demo;
  return postgres({ host, port, database, username: user, max: 1, onnotice: () => {}, ...options });
}

/** A client whose connection a test can cut: no goodbye reaches the server. */
export function connectFragile(demo: Demo): { sql: postgres.Sql; cut(): void } {
  const sockets: Socket[] = [];
  const open = () => {
    const socket = createConnection(demo.socketPath!);
    sockets.push(socket);
    return socket;
  };
  // `socket` is in the driver and its documentation, and not yet in its types.
  const sql = connectTo(demo, { socket: open } as postgres.Options<Record<string, never>>);
  return { sql, cut: () => sockets.forEach(socket => void socket.destroy()) };
}

/** Asks again until the answer is true; the test's own timeout is the limit. */
export async function until(isTrue: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await isTrue())) await delay(5);
}

/** One counter according to the database. */
export interface CounterRow {
  id: string;
  name: string;
  usageCount: number | null;
  records: number;
  /** Whether `last_used_at` is the time of the newest record, or NULL if there is none. */
  lastUsedRight: boolean;
  lastUsedAt: Date | null;
}

/** Reads every counter and counts every record in one statement. */
export async function readCounterRows(sql: postgres.Sql): Promise<CounterRow[]> {
  return sql<CounterRow[]>`
    SELECT id, name, usage_count AS "usageCount", coalesce(records, 0)::int AS records,
      last_used_at IS NOT DISTINCT FROM newest AS "lastUsedRight", last_used_at AS "lastUsedAt"
    FROM presets LEFT JOIN (
      SELECT preset_id, count(*) AS records, max(created_at) AS newest FROM preset_usage GROUP BY preset_id
    ) AS history ON preset_id = id
    ORDER BY name, id`;
}

/** By how much each wrong counter is wrong, by preset id: what must not change while presets are being used. */
export function drifts(
  rows: { id: string; usageCount: number | null; records: number }[],
): Map<string, number> {
  const wrong = rows.map(({ id, usageCount, records }) => [id, (usageCount ?? 0) - records] as const);
  return new Map(wrong.filter(([, drift]) => drift !== 0).sort());
}

/** The drifts the demo is made with. */
export function plantedDrifts(): Map<string, number> {
  return drifts(makeDemoData().mistakes.map(({ presetId, ...mistake }) => ({ id: presetId, ...mistake })));
}

/** A directory of a test file's own, with a path short enough for a socket. */
export function makeScratch(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'demo-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
