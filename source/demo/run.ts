import type { Config } from '../config/config.ts';
import { demoCluster, demoWorker, sqlDirectory } from '../config/paths.ts';
import type { ServerTarget } from '../connection/libpq/target.ts';
import { withReplica } from '../connection/replica.ts';
import { connect, type Database } from '../connection/transactions.ts';
import type { ConsoleError } from '../errors/errors.ts';
import type { DemoProgress } from './start.ts';

/** An open database of either kind, and how to close it. */
export interface OpenDatabase {
  database: Database;
  /** Another one of the same place, with connections and policies of its own; whoever asks for it closes it. */
  connect(): Database;
  close(): Promise<void>;
}

interface OpenOptions {
  /** Called with the progress of starting the demo. */
  onProgress?: (progress: DemoProgress) => void;
  /** Called when the demo dies later on; a lost server is noticed by the next query. */
  onFailure?: (error: ConsoleError) => void;
  /** Whether the demo's presets are used continuously. */
  traffic?: boolean;
  /** Gives up starting the demo. */
  signal?: AbortSignal;
}

/** Opens the configured database. The first read connects to a server; the demo is started here. */
export async function openDatabase(
  config: Config,
  { onProgress, onFailure, traffic = false, signal }: OpenOptions = {},
): Promise<OpenDatabase> {
  if (config.target.kind === 'server') {
    const { target, replica } = config;
    const open = () => {
      const server = connect(target, config);
      return replica === null ? server : withReplica(server, connect(replica, config));
    };
    const database = open();
    return { database, connect: open, close: () => database.close() };
  }
  // Loaded only here, so that nobody with a database waits for PGlite.
  const { startDemo } = await import('./start.ts');
  const demo = await startDemo({
    workerFile: demoWorker,
    clusterFile: demoCluster,
    sqlDirectory,
    onProgress,
    onFailure,
    traffic,
    signal,
  });
  const target: ServerTarget = {
    kind: 'server',
    host: demo.host,
    port: demo.port,
    database: demo.database,
    user: demo.user,
    password: undefined,
    sslmode: 'disable',
    applicationName: 'preset-usage-console',
    demo: true,
    source: config.target.source,
  };
  const database = connect(target, config);
  return {
    database,
    connect: () => connect(target, config),
    async close() {
      await database.close();
      await demo.stop();
    },
  };
}
