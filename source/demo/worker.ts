// The thread of the embedded database: PGlite blocks its thread while it works, and the console must keep drawing.
import { parentPort, workerData } from 'node:worker_threads';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { closeCancelRequests } from './cancel-requests.ts';
import { makeDemoData } from './data/data.ts';
import { seed } from './data/seed.ts';
import { openPglite } from './open-database.ts';
import type { DemoProgress } from './progress.ts';
import { runTraffic } from './traffic.ts';
import type { WorkerMessage, WorkerOptions } from './worker-messages.ts';

const { sqlDirectory, clusterFile, socketPath, pace } = workerData as WorkerOptions;
const send = (message: WorkerMessage) => parentPort?.postMessage(message);
const onProgress = (progress: DemoProgress) => send({ type: 'progress', progress });

/** More than the console ever opens: pglite-socket drops further connections without an error message. */
const maxConnections = 16;

onProgress({ stage: 'Starting PostgreSQL', done: 0, total: 1 });
const database = await openPglite(clusterFile === null ? null : new URL(clusterFile));
database.onFault = error => {
  setImmediate(() => {
    throw error;
  });
};

const data = makeDemoData();
await seed(database, data, { sqlDirectory: new URL(sqlDirectory), now: Date.now(), onProgress });

closeCancelRequests();
const server = new PGLiteSocketServer({
  db: database,
  maxConnections,
  ...(socketPath ? { path: socketPath } : { host: '127.0.0.1', port: 0 }),
});
await server.start();
send({ type: 'ready', port: socketPath ? null : Number(server.getServerConn().split(':').at(-1)) });

if (pace) await runTraffic(database, data, pace);
