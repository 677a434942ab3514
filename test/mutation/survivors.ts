import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';
import { areas } from './areas.ts';
import { reasonFor } from './reasons.ts';

const report = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.string(),
      mutants: z.array(
        z.object({
          status: z.string(),
          mutatorName: z.string(),
          replacement: z.optional(z.string()),
          location: z.object({ start: z.object({ line: z.number(), column: z.number() }) }),
        }),
      ),
    }),
  ),
});

const noticed = new Set(['Killed', 'Timeout']);
const unnoticed = new Set(['Survived', 'NoCoverage']);
const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));

/** Writes survivors.md from the reports of the last runs: scores, and every change that no test noticed with its reason. */
const lines = [
  '# Changes that no test notices',
  '',
  'Written by `npm run test:mutation:survivors` from the reports of the last runs; see docs/testing.md.',
  '',
  '| area | changes | noticed | score |',
  '| --- | --: | --: | --: |',
];
const details: string[] = [];
for (const name of Object.keys(areas)) {
  const file = path(`../../reports/mutation/${name}.json`);
  if (!existsSync(file)) {
    lines.push(`| ${name} | not run | | |`);
    continue;
  }
  const { files } = report.parse(JSON.parse(readFileSync(file, 'utf8')));
  let all = 0;
  let killed = 0;
  details.push('', `## ${name}`);
  for (const [source, { source: text, mutants }] of Object.entries(files).sort()) {
    const judged = mutants.filter(({ status }) => noticed.has(status) || unnoticed.has(status));
    const lived = judged.filter(({ status }) => unnoticed.has(status));
    all += judged.length;
    killed += judged.length - lived.length;
    if (lived.length === 0) continue;
    details.push('', `### ${source}: ${lived.length} of ${judged.length}`, '');
    for (const { location, replacement = '', mutatorName } of lived) {
      const line = text.split('\n')[location.start.line - 1]?.trim() ?? '';
      const told = replacement.replaceAll(/\s+/g, ' ').slice(0, 60);
      details.push(`- \`${line.slice(0, 100)}\` (${mutatorName}: \`${told}\`): ${reasonFor(source, line)}`);
    }
  }
  lines.push(`| ${name} | ${all} | ${killed} | ${((100 * killed) / Math.max(1, all)).toFixed(1)} % |`);
}
writeFileSync(path('./survivors.md'), `${[...lines, ...details].join('\n')}\n`);
