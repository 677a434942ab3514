/** A test that did not run, and why; null if there is no reason. */
export interface NotRun {
  file: string;
  name: string;
  reason: string | null;
}

/** The facts about a finished run. */
export interface Run {
  /** The server that all test files share; null if none was started. */
  engine: string | null;
  /** Files that started another engine, by engine. */
  others: ReadonlyMap<string, readonly string[]>;
  /** Whether servers kept their data in memory. */
  inMemory: boolean;
  full: boolean;
  ran: number;
  notRun: readonly NotRun[];
  /** The pattern that test names had to match; null if all were wanted. */
  filter: string | null;
  /** Whether it was stopped before its end. */
  stopped: boolean;
}

/** The tests that a whole run skipped without a reason: such a run fails. */
export function silent({ notRun, filter, stopped }: Run): readonly NotRun[] {
  return filter !== null || stopped ? [] : notRun.filter(({ reason }) => reason === null);
}

/** What ran on which engine, and what did not run and why, one line each. */
export function runSummary(run: Run): string[] {
  const lines = [run.engine === null ? 'The tests needed no server.' : `The tests ran on ${run.engine}.`];
  for (const [engine, files] of run.others) lines.push(`Also on ${engine}: ${listed(files)}.`);
  if (!run.inMemory)
    lines.push('Servers kept their data on the disk, which takes longer: /dev/shm has not 2 GB of room.');
  lines.push(
    run.full
      ? 'Full scale: long tests ran with all their cases and rounds.'
      : 'Small scale: long tests ran with fewer cases and rounds (npm run test:full runs all of them).',
  );
  if (run.filter !== null) lines.push(`Only tests whose name matches ${run.filter} were asked for.`);
  if (run.stopped) lines.push('The run was stopped before its end: what it did not get to is not listed.');
  const known = run.notRun.filter(({ reason }) => reason !== null);
  for (const [reason, tests] of Map.groupBy(known, ({ reason }) => reason)) {
    lines.push(`${notRun(tests.length)} in ${listed(tests.map(({ file }) => file))}: ${reason}`);
  }
  const without = silent(run);
  if (without.length > 0) {
    lines.push(`${notRun(without.length)}, and no reason is given. Give one with test/helpers/needs.ts:`);
    lines.push(...without.map(({ file, name }) => `  ${file}: ${name}`));
  }
  if (run.notRun.length === 0 && !run.stopped) lines.push(`All ${run.ran} tests ran.`);
  return lines;
}

function notRun(count: number): string {
  return count === 1 ? '1 test did not run' : `${count} tests did not run`;
}

/** At most this many files are listed. */
const named = 4;

function listed(files: readonly string[]): string {
  const all = [...new Set(files)];
  if (all.length <= named) return all.join(', ');
  return `${all.slice(0, named - 1).join(', ')} and ${all.length - named + 1} more files`;
}
