import { initdbFlags, readCluster } from './cluster.ts';
import { SharedPGlite } from './shared-pglite.ts';

/**
 * Starts PostgreSQL in this thread, in memory: from the cluster in `clusterFile` if there is one, else with initdb. What
 * PGlite rejects with says little, so the rejection also holds what the server wrote in its log on the way down.
 */
export async function openPglite(clusterFile: URL | null): Promise<SharedPGlite> {
  const cluster = clusterFile && (await readCluster(clusterFile));
  const log: string[] = [];
  let started = false;
  const database = new SharedPGlite({
    dataDir: 'memory://',
    // The whole demo is 15 MB; the usual 128 MB only take memory from the machine, and are filled in time.
    startParams: [...SharedPGlite.defaultStartParams, '-c', 'shared_buffers=16MB'],
    ...(cluster ? { loadDataDir: cluster } : { initDbStartParams: initdbFlags }),
    onStderr(line) {
      if (!started) log.push(line);
      return false;
    },
  });
  try {
    await database.waitReady;
  } catch (error) {
    throw new Error([(error as Error).message, ...complaints(log)].join('; '), { cause: error });
  }
  started = true;
  return database;
}

/** The lines of a server's log that tell why it ended, without their time stamps. */
function complaints(log: string[]): string[] {
  return log.flatMap(line => /(?:FATAL|PANIC|DETAIL): +(.*)/.exec(line)?.[1]?.replace(/\.$/, '') ?? []);
}
