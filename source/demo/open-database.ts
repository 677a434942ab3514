import { initdbFlags, readCluster } from './cluster.ts';
import { SharedPGlite } from './shared-pglite.ts';

/**
 * Starts PostgreSQL in this thread, in memory: from the cluster in `clusterFile` if there is one, else with initdb. PGlite's
 * own errors say little, so the rejection includes what the server logged before it ended.
 */
export async function openPglite(clusterFile: URL | null): Promise<SharedPGlite> {
  const cluster = clusterFile && (await readCluster(clusterFile));
  const log: string[] = [];
  let started = false;
  const database = new SharedPGlite({
    dataDir: 'memory://',
    // The whole demo has 15 MB; the default of 128 MB would fill up over time and waste memory.
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

/** The lines of a server's log that say why it ended, without their time stamps. */
function complaints(log: string[]): string[] {
  return log.flatMap(line => /(?:FATAL|PANIC|DETAIL): +(.*)/.exec(line)?.[1]?.replace(/\.$/, '') ?? []);
}
