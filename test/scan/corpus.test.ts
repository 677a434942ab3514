import { expect, test } from 'vitest';
import { scanDirectory } from '../../source/scan/scan.ts';
import { readCorpus } from './corpus.ts';

const snippets = ['known', 'held-out', 'held-out-2', 'reviewed'].flatMap(readCorpus);

test('the corpus is large enough, and half of it must not be found', () => {
  const clean = snippets.filter(({ writes }) => writes.length === 0).length;
  expect(snippets.length).toBeGreaterThanOrEqual(100);
  expect(clean / snippets.length).toBeGreaterThan(0.35);
  expect(clean / snippets.length).toBeLessThan(0.65);
});

/** The result for each snippet: what was found, what of that is wrong, and what is missing. */
const read = new Map<string, { found: string[]; surplus: string[]; lost: string[] }>();

// Snippets that were once read correctly must stay so.
test.each(snippets)('$name is read right', async ({ name, directory, writes }) => {
  const report = await scanDirectory(directory);
  const found = report.writes.map(({ file, line, kind }) => `${file}:${line} ${kind}`);
  const surplus = found.filter(each => !writes.includes(each));
  const lost = writes.filter(each => !found.includes(each));
  read.set(name, { found, surplus, lost });
  expect({ surplus, lost }).toEqual({ surplus: [], lost: [] });
});

test('precision and recall are 0.95 or better, by file, line and kind', () => {
  const all = [...read.values()];
  expect(all).toHaveLength(snippets.length);
  const sum = (of: (each: (typeof all)[number]) => string[]) =>
    all.reduce((total, each) => total + of(each).length, 0);
  const wrong = sum(({ surplus }) => surplus);
  const right = sum(({ found }) => found) - wrong;
  const missed = sum(({ lost }) => lost);
  const precision = right / (right + wrong);
  const recall = right / (right + missed);
  console.log(
    `${snippets.length} snippets, ${right + missed} writes: precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)}`,
  );
  expect(precision).toBeGreaterThanOrEqual(0.95);
  expect(recall).toBeGreaterThanOrEqual(0.95);
});

const scanned = async (name: string) => {
  const snippet = snippets.find(each => each.name === `known/${name}`);
  const { writes } = await scanDirectory(snippet?.directory ?? '');
  return writes;
};

test('an endpoint that inserts a record and sets the count to what it read plus one', async () => {
  const writes = await scanned('incident-insert-then-set');
  expect(writes).toMatchObject([
    { file: 'app/api/presets/[id]/use/route.ts', line: 23, kind: 'supabase-update', how: 'adds', record: 12 },
  ]);
  expect(writes[0]?.text).toMatch(/^await supabase \.from\('presets'\) \.update\(\{ usage_count: \(preset/);
  expect(writes[0]?.why).toMatch(
    /inserts a record on line 12 and adds to the count on line 23: counted twice/,
  );
  expect(writes[0]?.why).toMatch(/read, then written/);
  expect(writes[0]?.hint).toMatch(/the trigger counts the inserted record/);
});

test('an increment after a generation', async () => {
  const writes = await scanned('incident-increment-after-generation');
  expect(writes).toMatchObject([
    { file: 'src/lib/generate.ts', line: 10, kind: 'rpc', how: 'adds', record: null },
  ]);
  expect(writes[0]?.why).toMatch(
    /increment_preset_usage_count\(\) adds to a count that the trigger .* keeps/,
  );
  expect(writes[0]?.hint).toMatch(/track_preset_usage\(\) or an insert into preset_usage/);
});
