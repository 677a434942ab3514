import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planRepair } from '../../source/repair/plan/read-plan.ts';
import type { RepairRequest } from '../../source/repair/plan/repair-plan.ts';
import { noOptions, type RepairAction, type RepairOptions } from '../../source/repair/repair.ts';
import { BusyBench, type Round } from '../helpers/busy-bench.ts';
import { doRepair, request } from '../helpers/repair.ts';
import { scaled, scaledList, timeLimit } from '../helpers/scale.ts';
import { program } from '../helpers/terminal.ts';
import { waitFor } from '../helpers/wait.ts';

interface Kind extends Round {
  title: string;
  action: RepairAction;
  options: RepairOptions;
  command: string[];
  /** How many lines its receipt comes to have, and that of its undo, at about. */
  lines: number;
  kills: number;
}

const withHistory: RepairOptions = { ...noOptions, deleteHistory: true };
const kinds: Kind[] = [
  {
    title: 'a keyless reset in batches',
    action: 'reset',
    options: withHistory,
    command: ['reset', '--delete-history'],
    each: 140,
    keyed: false,
    lines: 14,
    kills: scaled(1, 34),
  },
  {
    title: 'a sync',
    action: 'sync',
    options: noOptions,
    command: ['sync'],
    each: 20,
    keyed: true,
    lines: 6,
    kills: scaled(1, 34),
  },
  {
    title: 'a reset by TRUNCATE',
    action: 'reset',
    options: withHistory,
    command: ['reset', '--delete-history'],
    each: 20,
    keyed: true,
    lines: 3,
    kills: scaled(1, 34),
  },
];

let bench: BusyBench;
beforeAll(async () => {
  bench = await BusyBench.open();
});
afterAll(() => bench.close());

/** What a client that is to be killed is called on the server. */
const victimName = 'to be killed';

interface Killed {
  /** True where it was killed after it had begun its receipt and before it had ended it. */
  inMidRun: boolean;
  /** The batches that it had written down, and how many of them it had not heard the end of. */
  batches: number;
  open: number;
}

const receiptFiles = () => {
  const directory = join(bench.directory, 'receipts');
  return existsSync(directory) ? readdirSync(directory).filter(name => name.endsWith('.jsonl')) : [];
};

/** The kinds of the whole lines of the receipt that was not there `before`. */
function newLines(before: readonly string[]): string[] {
  const file = receiptFiles().find(name => !before.includes(name));
  if (file === undefined) return [];
  const text = readFileSync(join(bench.directory, 'receipts', file), 'utf8');
  return text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .filter(line => line !== '')
    .map(line => (JSON.parse(line) as { kind: string }).kind);
}

/** Does a repair with the program that a user runs, and kills it some time after its receipt has got so many lines. */
async function killAtRandom(command: string[], asked: RepairRequest, mostLines: number): Promise<Killed> {
  const { fingerprint } = await planRepair(bench.database, asked);
  const before = receiptFiles();
  const { PATH = '', HOME = '', TMPDIR = '/tmp' } = process.env;
  const child = spawn(process.execPath, [program, ...command, '--confirm', fingerprint], {
    env: {
      PATH,
      HOME,
      TMPDIR,
      DATABASE_URL: bench.server.url,
      XDG_STATE_HOME: bench.home,
      PGAPPNAME: victimName,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', text => (said += text));
  let over = false;
  const gone = new Promise<void>(resolve =>
    child.once('close', () => {
      over = true;
      resolve();
    }),
  );
  const lines = bench.random.whole(1, mostLines);
  await bench.soon(() => over || newLines(before).length >= lines, 'the receipt');
  await new Promise(resolve => setTimeout(resolve, bench.random.fraction() * 30));
  child.kill('SIGKILL');
  await gone;
  await waitUntilForgotten();
  // One that was not killed has done its work.
  if (child.signalCode !== 'SIGKILL') expect({ code: child.exitCode, said }).toEqual({ code: 0, said: '' });
  const written = newLines(before);
  const count = (kind: string) => written.filter(line => line === kind).length;
  return {
    inMidRun: child.signalCode === 'SIGKILL' && count('head') === 1 && count('end') === 0,
    batches: count('batch'),
    open: count('batch') - count('settled'),
  };
}

/** What it had sent is still carried out: the truth is what is there once the server is done with it. */
function waitUntilForgotten(): Promise<void> {
  return waitFor(async () => {
    const [row] = await bench.sql<{ left: number }[]>`
      SELECT count(*)::int AS left FROM pg_stat_activity
       WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()
         AND (application_name IN (${victimName}, '') OR state IS NULL)`;
    return row?.left === 0;
  }, 'the server to be done with a killed client');
}

async function doAll(asked: RepairRequest): Promise<void> {
  const { ended, left } = await doRepair(bench.database, asked);
  expect({ ended, left }).toEqual({ ended: 'finished', left: [] });
}

const undoOf = (receipt: string) => request('undo', bench.directory, { receipt });

/** A receipt that has done something, the one with the most of it first. */
async function mostDone(): Promise<string | undefined> {
  const done = (await bench.receipts())
    .filter(({ head }) => head.action !== 'undo')
    .map(({ head, batches }) => ({
      id: head.id,
      batches: batches.filter(({ outcome }) => outcome === 'committed').length,
    }));
  const [most] = done.sort((a, b) => b.batches - a.batches);
  return most && most.batches > 0 ? most.id : undefined;
}

/** One round: a repair is killed, taken up again or not, its undo is killed, and all of it taken back. */
async function round(kind: Kind): Promise<{ repair: Killed; undo: Killed }> {
  await bench.begin(kind);
  const asked = request(kind.action, bench.directory, { options: kind.options });
  const repair = await killAtRandom(kind.command, asked, kind.lines);
  await bench.expectTruth();
  let target = await mostDone();
  if (target === undefined || bench.random.fraction() < 0.5) {
    await doAll(asked);
    await bench.expectTruth();
    target = await mostDone();
  }
  if (target === undefined) throw new Error('a repair that did nothing');
  const undo = await killAtRandom(['undo', target], undoOf(target), Math.max(3, kind.lines));
  await bench.expectTruth();
  for (const { head } of await bench.receipts()) if (head.action !== 'undo') await doAll(undoOf(head.id));
  await bench.expectTruth();
  const { failures } = await bench.end();
  expect(failures).toEqual([]);
  return { repair, undo };
}

const summary = (killed: readonly Killed[]) => {
  const hit = killed.filter(({ inMidRun }) => inMidRun);
  const open = hit.filter(kill => kill.open > 0).length;
  const begun = hit.filter(({ batches }) => batches > 0).length;
  return `${hit.length} of ${killed.length} killed in mid-run (${begun} after a batch was begun, ${open} before its end was heard of)`;
};

test.each(scaledList(1, kinds))(
  '$title: $kills and as many undos are killed at random beside 4 clients, and nothing is lost or doubled',
  async ({ kills, ...kind }) => {
    const repairs: Killed[] = [];
    const undos: Killed[] = [];
    const hit = (killed: readonly Killed[]) => killed.filter(({ inMidRun }) => inMidRun).length;
    try {
      while (Math.min(hit(repairs), hit(undos)) < kills) {
        // A machine on which they end by themselves nearly every time shows nothing.
        expect(repairs.length).toBeLessThan(3 * kills + 5);
        const { repair, undo } = await round({ kills, ...kind });
        repairs.push(repair);
        undos.push(undo);
      }
    } finally {
      console.log(`${kind.title}: ${summary(repairs)}; undos: ${summary(undos)}; seed ${bench.seed}.`);
    }
  },
  // Beside much other work a round takes a minute.
  timeLimit(600_000),
);
