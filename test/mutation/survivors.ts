import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { areas } from './areas.ts';
import { reasonFor } from './reasons.ts';

const place = z.object({ line: z.number(), column: z.number() });
const report = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          id: z.string(),
          status: z.string(),
          mutatorName: z.string(),
          replacement: z.optional(z.string()),
          location: z.object({ start: place, end: place }),
        }),
      ),
    }),
  ),
});

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

// What was kept from a run before has its place for an id.
const isNew = (id: string) => /^\d+$/.test(id);

const noticed = new Set(['Killed', 'Timeout']);
const unnoticed = new Set(['Survived', 'NoCoverage']);
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** What survivors.md says of each file so far: a run of some files leaves what is known of the others. */
const before = new Map<string, string[]>();
const told = existsSync(path('./survivors.md')) ? readFileSync(path('./survivors.md'), 'utf8') : '';
for (const section of told.split(/^(?=##)/m)) {
  const [heading = '', ...rest] = section.trimEnd().split('\n');
  const [, file] = /^### (\S+): \d+ of \d+ noticed$/.exec(heading) ?? [];
  if (file !== undefined) before.set(file, [heading, ...rest]);
}

/** A line of before, with a reason that was written since. */
function withReason(file: string, line: string): string {
  const [, before = '', code = ''] = /^(- `(.*)` \(\w+: `.*`\): )no test yet$/.exec(line) ?? [];
  return before === '' ? line : before + reasonFor(file, code, '');
}

/** Writes survivors.md from the reports of the last runs: scores, and every change that no test noticed with its reason. */
const lines = [
  '# Changes that no test notices',
  '',
  'Written by `npm run test:mutation:survivors` from the reports of the last runs; see docs/testing.md.',
  '',
  '| area | changes | noticed | score |',
  '| --- | --: | --: | --: |',
];
const root = path('../../');
const details: string[] = [];
for (const [name, { mutate }] of Object.entries(areas)) {
  const file = path(`../../reports/mutation/${name}.json`);
  const { files } = existsSync(file) ? report.parse(JSON.parse(readFileSync(file, 'utf8'))) : { files: {} };
  // A change that no test comes by is in the report of a sample whether it was chosen or not.
  const oneOf =
    Object.values(files)
      .flatMap(({ mutants }) =>
        mutants.flatMap(({ id, status }) => (status === 'Killed' && isNew(id) ? [Number(id)] : [])),
      )
      .reduce(commonDivisor, 0) || 1;
  let changes = 0;
  let killed = 0;
  let untried = 0;
  const left = mutate.filter(glob => glob.startsWith('!')).map(glob => glob.slice(1));
  const all = globSync(
    mutate.filter(glob => !glob.startsWith('!')),
    { cwd: root, exclude: left },
  ).sort();
  const missing = all.filter(file => !(file in files) && !before.has(file));
  details.push('', `## ${name}`);
  if (missing.length > 0) details.push('', `Not measured yet: ${missing.join(', ')}.`);
  for (const source of all) {
    const measured = files[source];
    // What has been rewritten since is no change of this code any more.
    const own = readFileSync(path(`../../${source}`), 'utf8')
      .split('\n')
      .map(line => line.trim().slice(0, 100));
    if (!measured) {
      const kept = before.get(source) ?? [];
      const [, noticedThen = '0', all = '0'] = /: (\d+) of (\d+) noticed$/.exec(kept[0] ?? '') ?? [];
      changes += Number(all);
      killed += Number(noticedThen);
      const still = kept.filter(line => own.includes(/^- `(.*)` \(\w+: `/.exec(line)?.[1] ?? line));
      if (kept.length > 0) details.push('', ...still.map(line => withReason(source, line)));
      continue;
    }
    const { source: text, mutants } = measured;
    const judged = mutants.filter(
      ({ id, status }) =>
        (!isNew(id) || Number(id) % oneOf === 0) && (noticed.has(status) || unnoticed.has(status)),
    );
    untried += mutants.filter(({ status }) => status === 'RuntimeError').length;
    const lived = judged.filter(({ status }) => unnoticed.has(status));
    changes += judged.length;
    killed += judged.length - lived.length;
    details.push('', `### ${source}: ${judged.length - lived.length} of ${judged.length} noticed`, '');
    for (const { location, replacement = '', mutatorName } of lived) {
      const { start, end } = location;
      const whole = text.split('\n')[start.line - 1] ?? '';
      const line = whole.trim();
      if (!own.includes(line.slice(0, 100))) continue;
      const was = whole.slice(start.column - 1, end.line === start.line ? end.column - 1 : undefined);
      const told = replacement.replaceAll(/\s+/g, ' ').slice(0, 60);
      details.push(
        `- \`${line.slice(0, 100)}\` (${mutatorName}: \`${told}\`): ${reasonFor(source, line, was)}`,
      );
    }
  }
  if (changes === 0) {
    lines.push(`| ${name} | not run | | |`);
    continue;
  }
  const part =
    missing.length > 0 ? ' (in part)' : untried > 0 ? ` (a sample: ${untried} more not tried)` : '';
  lines.push(
    `| ${name}${part} | ${changes} | ${killed} | ${((100 * killed) / Math.max(1, changes)).toFixed(1)} % |`,
  );
}
writeFileSync(path('./survivors.md'), `${[...lines, ...details].join('\n')}\n`);
