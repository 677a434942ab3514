import { parentPort, workerData } from 'node:worker_threads';
import postgres from 'postgres';

/** What the thread of writers is started with. */
export interface WritersData {
  url: string;
  presets: string[];
  clients: number;
}

/** What the writers did in a stretch of time: how long each use took in milliseconds, and what went wrong. */
export interface WritersAnswer {
  durations: number[];
  failures: string[];
}

const { url, presets, clients } = workerData as WritersData;
const sql = postgres(url, { max: clients, onnotice: () => {} });
const now = () => performance.timeOrigin + performance.now();
const uses: { at: number; took: number }[] = [];
const failures: { at: number; message: string }[] = [];
let stopped = false;

async function write(client: number): Promise<void> {
  for (let turn = client * 7; !stopped; turn += 1) {
    const begin = now();
    try {
      await sql`SELECT track_preset_usage(${presets[turn % presets.length]!}, 'bench')`;
      uses.push({ at: now(), took: now() - begin });
    } catch (error) {
      failures.push({ at: now(), message: (error as Error).message });
    }
  }
}

const running = Promise.all(Array.from({ length: clients }, (_, client) => write(client)));

parentPort?.on('message', async (asked: { from: number; to: number } | 'stop') => {
  if (asked === 'stop') {
    stopped = true;
    await running;
    await sql.end();
    parentPort?.close();
    return;
  }
  const within = ({ at }: { at: number }) => at >= asked.from && at < asked.to;
  const answer: WritersAnswer = {
    durations: uses.filter(within).map(({ took }) => took),
    failures: failures.filter(within).map(({ message }) => message),
  };
  parentPort?.postMessage(answer);
});
