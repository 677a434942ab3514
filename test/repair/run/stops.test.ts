import { afterAll, beforeAll, expect, test } from 'vitest';
import { exitCodes, isConsoleError } from '../../../source/errors/errors.ts';
import { planRepair } from '../../../source/repair/plan/read-plan.ts';
import type { RepairRequest } from '../../../source/repair/plan/repair-plan.ts';
import { noOptions, type RepairAction, type RepairOptions } from '../../../source/repair/repair.ts';
import { runRepair } from '../../../source/repair/run/run.ts';
import { BusyBench, type Round } from '../../helpers/busy-bench.ts';
import { doRepair, request } from '../../helpers/repair.ts';
import { scaled, timeLimit } from '../../helpers/scale.ts';

const withHistory: RepairOptions = { ...noOptions, deleteHistory: true };
const repairs: (Round & { action: RepairAction; options: RepairOptions })[] = [
  { action: 'reset', options: withHistory, each: 140, keyed: false },
  { action: 'sync', options: noOptions, each: 20, keyed: true },
  { action: 'reset', options: withHistory, each: 20, keyed: true },
];
const signals = ['SIGKILL', 'SIGQUIT', 'SIGINT'] as const;
type Signal = (typeof signals)[number];

// Each stops the server twice: in a repair and in its undo.
const rounds = scaled(1, 10);

let bench: BusyBench;
beforeAll(async () => {
  bench = await BusyBench.open();
});
afterAll(() => bench.close());

interface Stopped {
  /** True if the repair was running when the server was stopped. */
  inMidRun: boolean;
  /** How it ended: normally, after the server came back, or with the code of its error. */
  ended: string;
}

/** Does a repair on a server that is stopped after a while, and started again. */
async function throughStop(asked: RepairRequest, signal: Signal): Promise<Stopped> {
  const plan = await planRepair(bench.database, asked);
  const { directory } = asked;
  const run = runRepair(bench.database, plan, {
    timeout: 30,
    lockTimeout: scaled(2, 30),
    directory,
    fresh: true,
  });
  const stopped: Stopped = { inMidRun: false, ended: '' };
  let over = false;
  let restarting: Promise<void> | undefined;
  const stopIn = bench.random.whole(0, 2);
  try {
    for (let batch = 0; ; batch += 1) {
      const next = run.next();
      if (batch === stopIn) {
        restarting = new Promise(resolve => setTimeout(resolve, bench.random.fraction() * 60)).then(() => {
          stopped.inMidRun = !over;
          return bench.restart(signal);
        });
      }
      const { done, value } = await next;
      if (!done) continue;
      stopped.ended = value.error?.code ?? value.ended;
      expect(value.error?.exitCode ?? exitCodes.unreachable).toBe(exitCodes.unreachable);
      break;
    }
  } catch (error) {
    // Nothing was done yet, and the server did not come back soon enough.
    if (!isConsoleError(error)) throw error;
    expect(error.exitCode).toBe(exitCodes.unreachable);
    stopped.ended = error.code;
  } finally {
    over = true;
    await restarting;
  }
  return stopped;
}

async function doAll(asked: RepairRequest): Promise<void> {
  const { ended, left } = await doRepair(bench.database, asked);
  expect({ ended, left }).toEqual({ ended: 'finished', left: [] });
}

const undoOf = (receipt: string) => request('undo', bench.directory, { receipt });
const undoable = async () => (await bench.receipts()).filter(({ head }) => head.action !== 'undo');

async function round(number: number): Promise<Stopped[]> {
  const { action, options, ...of } = repairs[number % repairs.length]!;
  await bench.begin(of);
  const asked = request(action, bench.directory, { options });
  const first = await throughStop(asked, signals[number % signals.length]!);
  await bench.expectTruth();
  await doAll(asked);
  await bench.expectTruth();
  const [newest] = (await undoable()).toSorted((a, b) => b.batches.length - a.batches.length);
  const second = await throughStop(undoOf(newest!.head.id), signals[(number + 1) % signals.length]!);
  await bench.expectTruth();
  for (const { head } of await undoable()) await doAll(undoOf(head.id));
  await bench.expectTruth();
  await bench.end();
  return [first, second];
}

test(
  `the server is stopped ${2 * rounds} times in the middle of repairs and undos beside 4 clients, and nothing is lost or doubled`,
  async () => {
    const stops: Stopped[] = [];
    try {
      while (stops.filter(({ inMidRun }) => inMidRun).length < 2 * rounds) {
        // A machine on which they are over sooner nearly every time shows nothing.
        expect(stops.length).toBeLessThan(6 * rounds + 6);
        stops.push(...(await round(stops.length / 2)));
      }
    } finally {
      const hit = stops.filter(({ inMidRun }) => inMidRun);
      const ends = [...Map.groupBy(hit, ({ ended }) => ended)].map(([ended, of]) => `${of.length} ${ended}`);
      console.log(
        `${hit.length} of ${stops.length} stops were in mid-run (${ends.join(', ')}); seed ${bench.seed}.`,
      );
    }
  },
  // Ten seconds alone, four minutes beside eight others like it.
  timeLimit(900_000),
);
