import { openSync, writeFileSync, writeSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { parts, readCorpus } from '../scan/corpus.ts';
import { firstPassFile, instrumentedHere, isInSample, tryingFile } from './first-pass-file.ts';

const instrumented = instrumentedHere();
const { found } = instrumented;
const trying = openSync(tryingFile, 'w');
const snippets = parts.flatMap(readCorpus);

/** The name of the first snippet that is read wrong by a scan that is loaded anew, and how; null if all are read right. */
async function firstWrong(): Promise<{ test: string; message: string } | null> {
  let name = 'the scan is loaded';
  try {
    vi.resetModules();
    const { compare } = await import('../scan/measure.ts');
    for (const snippet of snippets) {
      name = `${snippet.name} is read right`;
      const told = (await compare(snippet)).told.join('\n');
      if (told !== snippet.told.join('\n')) return { test: name, message: told };
    }
    return null;
  } catch (error) {
    return { test: name, message: error instanceof Error ? error.message : '' };
  }
}

// Changes of what runs when a module is loaded: for each the scan is loaded again.
test('a changed scan reads the corpus wrong', async () => {
  expect(await firstWrong()).toBeNull();
  const changes = Object.entries(instrumented.mutantCoverage?.static ?? {});
  for (const [id, hits] of changes) {
    if (!isInSample(id)) continue;
    const name = `top level: ${id}`;
    if (id in found.noticed || found.endless.includes(id) || found.done.includes(name)) continue;
    writeSync(trying, id.padEnd(12), 0);
    Object.assign(instrumented, { activeMutant: id, hitCount: 0, hitLimit: hits * 1000 * snippets.length });
    const wrong = await firstWrong();
    const looped = (instrumented.hitCount ?? 0) > (instrumented.hitLimit ?? 0);
    Object.assign(instrumented, { activeMutant: undefined, hitCount: undefined, hitLimit: undefined });
    if (looped) found.unclear.push(id);
    else if (wrong) found.noticed[id] = { file: 'test/scan/corpus.test.ts', ...wrong };
    else found.passed[id] = (found.passed[id] ?? 0) + 1;
    found.done.push(name);
    if (found.done.length % 20 === 0) writeFileSync(firstPassFile, JSON.stringify(found));
  }
  expect(await firstWrong()).toBeNull();
}, 3_600_000);
