import { expect, test } from 'vitest';
import { diagnoseAll } from '../../source/diagnosis/diagnose.ts';
import type { Evidence, PresetEvidence } from '../../source/diagnosis/evidence.ts';
import { at, byHand, world } from './evidence-cases.ts';

/** All uses of the second half are counted twice, and something else happens to a few presets as well. */
function counted(statistics: Evidence['statistics'], change: (presets: PresetEvidence[]) => void): Evidence {
  const played = world(3, use => {
    byHand(use);
    if (use.moment >= 0.5) byHand(use);
  });
  const evidence = played.evidence();
  change([...evidence.mismatched] as PresetEvidence[]);
  const allRecords = evidence.mismatched.reduce((sum, { records }) => sum + records, 0);
  return { ...evidence, statistics, allRecords };
}

const codeOf = (evidence: Evidence, preset: PresetEvidence) => {
  const { code, also } = diagnoseAll(evidence).get(preset.id)!;
  return [code, ...(also ?? [])].sort();
};

/** Takes records of the first half from a preset, as a deletion does. */
function take(preset: PresetEvidence, records: number) {
  const first = preset.uses!.times.filter(time => time < at(0.5)).length;
  expect(first).toBeGreaterThan(records);
  Object.assign(preset, {
    records: preset.records - records,
    uses: {
      ...preset.uses!,
      times: preset.uses!.times.slice(records),
      transactions: preset.uses!.transactions?.slice(records) ?? null,
      types: preset.uses!.types?.slice(records) ?? null,
    },
  });
}

const statistics = (inserted: number, deleted: number, updated: number) => ({
  presets: { inserted: 40, updated: 2 * inserted, deleted: 0 },
  records: { inserted, deleted, updated },
});

test('records deleted of a preset that is also counted twice are told beside that', () => {
  let hit: PresetEvidence[] = [];
  let all = 0;
  const base = counted(null, presets => {
    all = presets.reduce((sum, { records }) => sum + records, 0);
    hit = presets.filter(({ uses }) => uses!.times.filter(time => time < at(0.5)).length > 7).slice(0, 2);
    take(hit[0]!, 5);
    take(hit[1]!, 2);
  });
  const exact = { ...base, statistics: statistics(all, 7, 0) };
  for (const preset of hit) expect(codeOf(exact, preset)).toEqual(['double-counted', 'history-deleted']);
  // Not where the server counted another number.
  const other = { ...base, statistics: statistics(all + 4, 11, 0) };
  for (const preset of hit) expect(codeOf(other, preset)).toEqual(['unknown']);
});

test('where deletions explain only a part, they are not ruled out', () => {
  let hit: PresetEvidence | undefined;
  let all = 0;
  const base = counted(null, presets => {
    all = presets.reduce((sum, { records }) => sum + records, 0);
    hit = presets.find(({ uses }) => uses!.times.filter(time => time < at(0.5)).length > 7);
    Object.assign(hit!, { usageCount: hit!.usageCount! + 3 });
    take(hit!, 2);
  });
  const { code, against } = diagnoseAll({ ...base, statistics: statistics(all, 2, 0) }).get(hit!.id)!;
  expect(code).toBe('unknown');
  expect(against.join(' ')).toMatch(
    /Deleted records alone do not explain it: the server counted only 2 that are gone/,
  );
});

test('records moved between presets that also lack those of a gap are told beside that', () => {
  const played = world(5, use => {
    if (use.moment < 0.45 || use.moment >= 0.55) byHand(use);
  });
  const base = played.evidence();
  const inGap = ({ uses }: PresetEvidence) => uses!.times.some(time => time >= at(0.45) && time < at(0.55));
  const [from, to] = ([...base.mismatched] as PresetEvidence[])
    .filter(preset => inGap(preset) && preset.uses!.times.filter(time => time < at(0.4)).length > 8)
    .slice(0, 2);
  const moved = from!.uses!.times.slice(0, 6);
  take(from!, 6);
  const times = [...moved, ...to!.uses!.times].sort((a, b) => a - b);
  Object.assign(to!, {
    records: to!.records + 6,
    uses: { times, transactions: null, types: null },
  });
  const all = base.allRecords!;
  const evidence = {
    ...base,
    statistics: { ...statistics(all, 0, 6), presets: { inserted: 40, updated: all, deleted: 0 } },
  };
  for (const preset of [from!, to!])
    expect(codeOf(evidence, preset)).toEqual(['records-moved', 'trigger-gap']);
  expect(codeOf({ ...evidence, statistics: statistics(all, 0, 0) }, to!)).toEqual(['unknown']);
});
