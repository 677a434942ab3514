import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onceBlind, parts, readCorpus, unseen } from '../scan/corpus.ts';
import { type Accuracy, measure } from '../scan/measure.ts';
import type { Figure } from './figure.ts';
import { treeOf, writeTree } from './source-tree.ts';
import { median } from './statistics.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const root = fileURLToPath(new URL('../..', import.meta.url));
const runs = 5;

// No scan that parses these files takes less: two processes at once do nothing else, each with half of them.
const parsesAlone = `
  import { readFileSync } from 'node:fs';
  import { parseSync } from 'oxc-parser';
  export const kept = process.argv.slice(1).map(file => parseSync(file, readFileSync(file, 'utf8')).program);
`;

/** Scans a generated application from the command line, beside what one would type instead. */
export async function benchScan(_url: string, say: (line: string) => void): Promise<Figure[]> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-scan-'));
  try {
    say(`writing ${treeOf.files} files`);
    const { bytes, writes } = await writeTree(directory);
    say(`scanning ${(bytes / 1e6).toFixed(0)} MB`);
    const [scans, greps, starts, floors]: [number[], number[], number[], number[]] = [[], [], [], []];
    const writing = (await timed('grep', ['-rlF', '.update(', directory])).out.trim().split('\n');
    // The first of each fills the file cache, and the program's own.
    for (let run = 0; run <= runs; run += 1) {
      const scanned = await timed(process.execPath, [cli, 'scan', directory, '--json']);
      const grepped = await timed('grep', ['-rn', 'usage_count', directory]);
      const started = await timed(process.execPath, [cli, '--version']);
      const parsed = await Promise.all([0, 1].map(half => parseHalf(writing, half)));
      if (run === 0) {
        const found = JSON.parse(scanned.out).writes.length;
        if (found !== writes) throw new Error(`${found} of ${writes} writes were found.`);
        continue;
      }
      scans.push(scanned.milliseconds);
      greps.push(grepped.milliseconds);
      starts.push(started.milliseconds);
      floors.push(Math.max(...parsed));
    }
    const ratio = median(scans) / median(greps);
    const [known, held] = [await measure(parts.flatMap(readCorpus)), await measure(readCorpus(unseen))];
    return [
      ...accuracyFigures('known snippets', known),
      ...accuracyFigures('snippets written blind, known since', await measure(readCorpus(onceBlind))),
      ...accuracyFigures('snippets never looked at', held),
      { name: `scan of ${treeOf.files} files, start to end`, value: median(scans), unit: 'ms' },
      { name: 'grep -rn usage_count of the same', value: median(greps), unit: 'ms' },
      { name: 'preset-usage --version, for the part that is starting', value: median(starts), unit: 'ms' },
      {
        name: `starting Node and parsing the ${writing.length} files that write the count, half on each of two processors`,
        value: median(floors),
        unit: 'ms',
      },
      {
        name: 'the same / grep: no scan that parses these files takes less',
        value: median(floors) / median(greps),
        unit: '',
      },
      { name: 'scan / grep', value: ratio, unit: '', target: 'at most 8', met: ratio <= 8 },
    ];
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function parseHalf(files: readonly string[], half: number): Promise<number> {
  const own = files.filter((_, index) => index % 2 === half);
  const run = await timed(process.execPath, ['--input-type=module', '-e', parsesAlone, ...own], root);
  return run.milliseconds;
}

function accuracyFigures(of: string, { snippets, writes, precision, recall }: Accuracy): Figure[] {
  const figure = (what: string, value: number): Figure => ({
    name: `${what} on ${snippets} ${of}, ${writes} writes`,
    ...{ value, unit: '', target: 'at least 0.95', met: value >= 0.95 },
  });
  return [figure('precision', precision), figure('recall', recall)];
}

function timed(
  program: string,
  args: string[],
  cwd?: string,
): Promise<{ milliseconds: number; out: string }> {
  const start = performance.now();
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, out) => {
      // Both end with 1 for what they find, or do not.
      if (error && error.code !== 1) reject(error);
      else resolve({ milliseconds: performance.now() - start, out });
    });
  });
}
