import { describe, expect, test } from 'vitest';
import { diagnoseAll } from '../../source/diagnosis/diagnose.ts';
import type { Cause, Diagnosis } from '../../source/diagnosis/diagnosis.ts';
import type { Evidence } from '../../source/diagnosis/evidence.ts';
import { lastUsedRemarks, tallyLastUsed } from '../../source/diagnosis/last-used.ts';
import { scaled } from '../helpers/scale.ts';
import { count, day, start, type Use, type World } from '../helpers/world.ts';
import {
  among,
  at,
  bringIn,
  byHand,
  daily,
  numberOf,
  preset,
  race,
  reset,
  spoil,
  world,
} from './evidence-cases.ts';

/** A name, the evidence, and the expected cause: one for all wrong counts, or one per preset number. */
type Case = [string, () => Evidence, Cause | ((preset: number) => Cause)];

const when = (counted: (use: Use) => boolean) => (use: Use) => {
  if (counted(use)) count(use);
};
const and =
  (again: (use: Use) => boolean, adds = 1) =>
  (use: Use) => {
    count(use);
    if (again(use)) byHand(use, adds);
  };
const lose = (use: Use, lost: boolean) => {
  if (!lost) return count(use);
  // The write that loses an increment is an update as well.
  use.world.updated += 1;
  use.preset.lastUsedAt = Math.max(use.preset.lastUsedAt ?? 0, use.record.at);
};
const noStatistics = { statistics: null };
const clear = (each: World, gone: (record: { at: number; user: number }) => boolean, upTo = 40) => {
  for (const preset of each.presets.slice(0, upTo)) each.delete(preset, gone);
  return each;
};

const doubled: Case[] = [
  [
    'every record of eight presets',
    () =>
      world(
        1,
        and(({ preset }) => numberOf(preset) < 8),
      ).evidence(),
    'double-counted',
  ],
  [
    'every record of every preset',
    () =>
      world(
        2,
        and(() => true),
      ).evidence(),
    'double-counted',
  ],
  [
    'since a release',
    () =>
      world(
        3,
        and(({ moment }) => moment > 0.8),
      ).evidence(),
    'double-counted',
  ],
  [
    'since a release last week',
    () =>
      world(
        4,
        and(({ moment }) => moment > 0.95),
      ).evidence(),
    'double-counted',
  ],
  [
    'three times since a release',
    () =>
      world(
        5,
        and(({ moment }) => moment > 0.9, 2),
      ).evidence(),
    'double-counted',
  ],
  [
    'four times since a release',
    () =>
      world(
        6,
        and(({ moment }) => moment > 0.9, 3),
      ).evidence(),
    'double-counted',
  ],
  [
    'until a release',
    () =>
      world(
        7,
        and(({ moment }) => moment < 0.3),
      ).evidence(),
    'double-counted',
  ],
  [
    'from one release to the next',
    () =>
      world(
        8,
        and(({ moment }) => moment > 0.6 && moment < 0.65),
      ).evidence(),
    'double-counted',
  ],
  [
    'one type',
    () =>
      world(
        9,
        and(({ record }) => record.type === 'upscale'),
      ).evidence(),
    'double-counted',
  ],
  [
    'one type since a release',
    () =>
      world(
        10,
        and(({ record, moment }) => record.type === 'upscale' && moment > 0.7),
      ).evidence(),
    'double-counted',
  ],
  [
    'without transactions to be read',
    () => {
      const evidence = world(
        11,
        and(({ moment }) => moment > 0.8),
      ).evidence();
      for (const each of [...evidence.mismatched, ...evidence.accurate])
        Object.assign(each.uses!, { transactions: null });
      return evidence;
    },
    'double-counted',
  ],
  [
    'one preset, and a second counter in the catalog',
    () => among([preset(20, daily(10))], { countsAgain: ['The trigger second counts.'] }),
    'double-counted',
  ],
  ['one preset of ten records alone proves nothing', () => among([preset(20, daily(10))]), 'unknown'],
  ['one preset of 300 records is possible', () => among([preset(600, daily(300))]), 'double-counted'],
  [
    'two presets of two records prove nothing',
    () => among([preset(4, daily(2)), preset(4, daily(2))]),
    'unknown',
  ],
  [
    'nearly twice is not twice',
    () => spoil(world(12), 0.3, (_, records) => records + (records % 2 === 0 ? 1 : -1)).evidence(),
    'unknown',
  ],
];

const gaps: Case[] = [
  [
    'for some hours',
    () =>
      world(
        20,
        when(({ moment }) => moment < 0.6 || moment > 0.605),
      ).evidence(),
    'trigger-gap',
  ],
  [
    'for two days',
    () =>
      world(
        21,
        when(({ moment }) => moment < 0.3 || moment > 0.32),
      ).evidence(),
    'trigger-gap',
  ],
  [
    'for two weeks',
    () =>
      world(
        22,
        when(({ moment }) => moment < 0.3 || moment > 0.4),
      ).evidence(),
    'trigger-gap',
  ],
  [
    'and still',
    () =>
      world(
        23,
        when(({ moment }) => moment < 0.9),
      ).evidence({ triggerOff: 'The trigger is disabled.' }),
    'trigger-gap',
  ],
  [
    'until now, but on again',
    () =>
      world(
        24,
        when(({ moment }) => moment < 0.95),
      ).evidence(),
    'trigger-gap',
  ],
  [
    'from the beginning on',
    () =>
      world(
        25,
        when(({ moment }) => moment > 0.4),
      ).evidence(),
    'trigger-gap',
  ],
  [
    'one preset lacks what is newer than its last use',
    () => among([preset(6, daily(10), { lastUsedAt: start + 5 * day })]),
    'trigger-gap',
  ],
  [
    'one preset lacks one more than that',
    () => among([preset(5, daily(10), { lastUsedAt: start + 5 * day })]),
    'unknown',
  ],
  ['one preset lacks some', () => among([preset(6, daily(10))]), 'unknown'],
  [
    'never counted, and the trigger is off',
    () => among([preset(0, daily(4), { lastUsedAt: null })], { triggerOff: 'There is none.' }),
    'trigger-gap',
  ],
  [
    'never counted, and not written since it was made',
    () =>
      among([
        preset(0, daily(4), {
          lastUsedAt: null,
          written: 5,
          uses: { times: daily(4).map(n => start + n * day), transactions: [10, 11, 12, 13], types: null },
        }),
      ]),
    'trigger-gap',
  ],
  [
    'a stretch in which others were counted is none',
    () => among([preset(6, daily(10)), preset(16, daily(20)), preset(3, daily(6))]),
    'unknown',
  ],
];

const resets: Case[] = [
  ['of everything', () => reset(world(30)).evidence(), 'reset-kept-history'],
  [
    'with uses since',
    () => {
      let done = false;
      return world(31, use => {
        if (use.moment > 0.7 && !done) {
          reset(use.world);
          done = true;
        }
        count(use);
      }).evidence();
    },
    'reset-kept-history',
  ],
  [
    'of a few',
    () => {
      const each = world(32);
      return reset(each, each.presets.slice(3, 6)).evidence();
    },
    'reset-kept-history',
  ],
  [
    'of one that says it was never used',
    () => among([preset(0, daily(8), { lastUsedAt: null })]),
    'reset-kept-history',
  ],
  [
    'of the counts alone, last_used_at kept',
    () => {
      const each = world(33);
      const transaction = each.next();
      for (const preset of each.presets) each.set(preset, 0, transaction);
      return each.evidence();
    },
    'reset-kept-history',
  ],
  ['one count of 0 whose last use was counted', () => among([preset(0, daily(8))]), 'reset-kept-history'],
  [
    'one record that was never counted may be anything',
    () => among([preset(0, daily(1), { lastUsedAt: null })]),
    'unknown',
  ],
];

const imports: Case[] = [
  ['all of one time', () => bringIn(world(40), () => at(0.5)).evidence(), 'history-imported'],
  [
    'in one transaction',
    () => {
      const each = world(41);
      return bringIn(each, () => at(each.random.fraction()), { transaction: each.next() }).evidence();
    },
    'history-imported',
  ],
  [
    'one by one, long after their time',
    () => {
      const each = world(42);
      return bringIn(each, () => at(0.9 * each.random.fraction())).evidence();
    },
    'history-imported',
  ],
  [
    'older than anything',
    () => {
      const each = world(43);
      return bringIn(each, () => at(-each.random.fraction()), { transaction: each.next() }).evidence();
    },
    'history-imported',
  ],
  [
    'newer than anything, in one transaction',
    () => {
      const each = world(44);
      return bringIn(each, () => at(1 + 0.1 * each.random.fraction()), {
        transaction: each.next(),
      }).evidence();
    },
    'history-imported',
  ],
  [
    'of one preset, newer than its last use and all of one time',
    () =>
      among([
        preset(10, [...daily(10), ...Array.from({ length: 12 }, () => 200)], { lastUsedAt: start + 9 * day }),
      ]),
    'history-imported',
  ],
];

const deletions: Case[] = [
  [
    'by a retention job, and the server has counted',
    () => clear(world(50), ({ at: time }) => time < at(0.4)).evidence(),
    'history-deleted',
  ],
  [
    'of users, and the server has counted',
    () =>
      clear(world(51), ({ user }) => user === 3).evidence({
        cascades: [{ name: 'public.users', deleted: 1 }],
      }),
    'history-deleted',
  ],
  [
    'of the newest, and the server has counted',
    () => clear(world(52), ({ at: time }) => time > at(0.93)).evidence(),
    'history-deleted',
  ],
  [
    'of the newest: last uses without a record',
    () => clear(world(53), ({ at: time }) => time > at(0.93)).evidence(noStatistics),
    'history-deleted',
  ],
  [
    'leaving as many gaps in the numbers',
    () =>
      clear(world(54), ({ user }) => user === 3).evidence({ ...noStatistics, missingIds: clearedBy(54, 3) }),
    'history-deleted',
  ],
  ['of all that a preset had', () => among([preset(7, [], { lastUsedAt: start })]), 'history-deleted'],
  [
    'of a preset that was in use before',
    () =>
      among([
        preset(
          40,
          daily(20).map(n => n + 60),
          { createdAt: start },
        ),
        preset(
          50,
          daily(20).map(n => n + 61),
          { createdAt: start },
        ),
        preset(
          60,
          daily(20).map(n => n + 62),
          { createdAt: start },
        ),
      ]),
    'history-deleted',
  ],
  [
    'of which the server knows nothing',
    () =>
      clear(world(55), ({ user }) => user === 3).evidence({
        statistics: {
          presets: { inserted: 40, updated: 0, deleted: 0 },
          records: { inserted: 1000, updated: 0, deleted: 0 },
        },
        allRecords: 1000,
      }),
    'unknown',
  ],
  ['counts that were never used are no sign', () => among([preset(7, [], { lastUsedAt: null })]), 'unknown'],
  [
    'more deletions than that are no sign',
    () => {
      const each = spoil(world(56), 0.3, ({ random }) => random.whole(1, 9));
      each.deleted = 5000;
      return each.evidence();
    },
    'unknown',
  ],
];

const lost: Case[] = [
  ['by reading first, in addition to the trigger', () => race(world(60), 8, lose).evidence(), 'lost-updates'],
  ['of three presets', () => race(world(61), 3, lose).evidence(), 'lost-updates'],
  [
    'of counts that are otherwise doubled',
    () =>
      race(
        world(
          62,
          and(() => true),
        ),
        8,
        (use, gone) => {
          count(use);
          if (!gone) byHand(use);
        },
      ).evidence(),
    number => (number < 8 ? 'lost-updates' : 'double-counted'),
  ],
  [
    'more than could be lost',
    () => race(world(63), 3, count).evidence({ mismatched: [preset(5, daily(200))] }),
    'unknown',
  ],
  [
    'uses at the same moment that others have as well',
    () => spoil(race(world(64), 40, count), 0.2, ({ random }) => -random.whole(1, 9)).evidence(),
    'unknown',
  ],
];

const nearly: Case[] = [
  [
    'too high by about what was used lately',
    () => {
      const each = world(80);
      for (const preset of each.presets) {
        const lately = preset.records.filter(({ at: time }) => time > at(0.9)).length;
        if (lately > 0) each.set(preset, preset.records.length + lately + each.random.whole(0, 2));
      }
      return each.evidence(noStatistics);
    },
    'unknown',
  ],
  [
    'too low where many came in one transaction, but were counted',
    () => {
      const each = world(81);
      for (const preset of each.presets.slice(0, 8)) {
        for (let batch = 0; batch < 6; batch += 1) {
          const moment = each.random.fraction();
          const transaction = each.next();
          for (let n = 0; n < 8; n += 1) {
            count({
              world: each,
              preset,
              moment,
              record: each.store(preset, at(moment) + 10 * n, transaction),
            });
          }
        }
        each.set(preset, preset.records.length - each.random.whole(1, 9));
      }
      return each.evidence();
    },
    'unknown',
  ],
];

const others: Case[] = [
  ['NULL', () => among([preset(null, daily(3))]), 'null-count'],
  [
    'NULL among doubled ones',
    () => {
      const each = world(
        70,
        and(({ preset }) => numberOf(preset) < 8),
      );
      each.set(each.presets[20]!, null);
      return each.evidence();
    },
    number => (number === 20 ? 'null-count' : 'double-counted'),
  ],
  ['NaN', () => among([preset(Number.NaN, daily(3))]), 'unknown'],
  ['records that were not read', () => among([preset(5, [], { records: 50_000, uses: null })]), 'unknown'],
  ['records without a time', () => among([preset(6, [Number.NaN, Number.NaN, 1, 2])]), 'unknown'],
  [
    'a gap, and deleted history of others',
    () => {
      const each = world(
        71,
        when(({ moment, preset }) => numberOf(preset) < 20 || moment < 0.5 || moment > 0.55),
      );
      for (const preset of each.presets.slice(0, 8)) each.delete(preset, ({ at: time }) => time < at(0.4));
      return each.evidence({
        accurate: each.evidence().accurate.filter(({ id }) => Number(id.slice(7)) >= 20),
      });
    },
    number => (number < 20 ? 'history-deleted' : 'trigger-gap'),
  ],
  [
    'doubled ones, and imported history of others',
    () =>
      bringIn(
        world(
          72,
          and(({ preset }) => numberOf(preset) >= 20 && numberOf(preset) < 28),
        ),
        () => at(0.5),
      ).evidence(),
    number => (number < 10 ? 'history-imported' : 'double-counted'),
  ],
  [
    'a reset of some, and one type doubled since',
    () => {
      const each = world(
        73,
        and(
          ({ record, preset, moment }) => numberOf(preset) >= 10 && record.type === 'upscale' && moment > 0.4,
        ),
      );
      return reset(each, each.presets.slice(0, 6)).evidence();
    },
    number => (number < 6 ? 'reset-kept-history' : 'double-counted'),
  ],
];

const noise: [string, (world: World, records: number) => number][] = [
  ['one too low', () => -1],
  ['one too high', () => 1],
  ['one or two off', ({ random }) => random.pick([-2, -1, 1, 2])],
  ['up to twenty off', ({ random }) => random.whole(-20, 20)],
  ['a tenth too high', (_, records) => Math.round(records / 10) || 1],
  ['a tenth too low', (_, records) => -Math.round(records / 10) || -1],
  ['up to a third too low', ({ random }, records) => -Math.round((records / 3) * random.fraction()) || -1],
  ['any number', ({ random }, records) => random.whole(0, 150) - records],
  ['up to thrice', ({ random }, records) => random.whole(1, 2 * records)],
  ['a small part of the busy ones', ({ random }, records) => (records > 40 ? -random.whole(1, 9) : 0)],
];

describe('why a count is wrong: counted more than once', () => check(doubled));
describe('why a count is wrong: not counted for a time', () => check(gaps));
describe('why a count is wrong: set to 0', () => check(resets));
describe('why a count is wrong: imported', () => check(imports));
describe('why a count is wrong: deleted', () => check(deletions));
describe('why a count is wrong: lost', () => check(lost));
describe('why a count is wrong: what nearly fits does not', () => check(nearly));
describe('why a count is wrong: other causes, and several at once', () => check(others));

function check(cases: Case[]) {
  test.each(cases)('%s', (_, evidence, expected) => {
    const given = evidence();
    const found = diagnoseAll(given);
    expect(found.size).toBe(given.mismatched.length);
    expect(found.size).toBeGreaterThan(0);
    const wrong = [...found].filter(
      ([id, { code }]) => code !== (typeof expected === 'string' ? expected : expected(Number(id.slice(7)))),
    );
    expect(wrong).toEqual([]);
  });
}

describe('a few presets that are all there are', () => {
  const alone = (counts: readonly [count: number, records: number][]): Evidence => ({
    ...among([]),
    accurate: [],
    mismatched: counts.map(([count, records], index) => ({
      ...preset(count, daily(records)),
      id: `preset ${index}`,
    })),
  });
  const codes = (evidence: Evidence) =>
    [...diagnoseAll(evidence).values()].map(({ code, certainty }) => `${code} ${certainty}`);

  test('three, each exactly twice or three times its records, are reported as only possible', () => {
    const doubled = alone([
      [32, 16],
      [34, 17],
      [38, 19],
    ]);
    expect(codes(doubled)).toEqual(Array(3).fill('double-counted possible'));
    const trebled = alone([
      [63, 21],
      [72, 24],
      [90, 30],
    ]);
    expect(codes(trebled)).toEqual(Array(3).fill('double-counted possible'));
  });

  test('the numbers are enough, as for a table without times', () => {
    const known = alone(Array.from({ length: 8 }, (_, index) => [2 * (10 + index), 10 + index] as const));
    const untimed = { ...known, mismatched: known.mismatched.map(each => ({ ...each, uses: null })) };
    expect(codes(untimed)).toEqual(Array(8).fill('double-counted likely'));
  });

  test('two are not, nor three of which one is off by a different number', () => {
    const two = alone([
      [32, 16],
      [34, 17],
    ]);
    expect(codes(two)).toEqual(Array(2).fill('unknown possible'));
    const nearly = alone([
      [32, 16],
      [34, 17],
      [37, 19],
    ]);
    expect(codes(nearly)).toEqual(Array(3).fill('unknown possible'));
  });
});

describe('counts that are wrong by chance have an unknown cause', () => {
  test.each(noise)('%s', (_, by) => {
    const told: Diagnosis[][] = [];
    for (const share of [0.1, 0.5, 1]) {
      for (let seed = 1; seed <= scaled(2, 20); seed += 1) {
        for (const over of [{}, noStatistics]) {
          const found = diagnoseAll(spoil(world(seed), share, by).evidence(over));
          told.push([...found.values()].filter(({ code }) => code !== 'unknown'));
        }
      }
    }
    expect(told.flat().filter(({ certainty }) => certainty !== 'possible')).toEqual([]);
    // By chance one count is exactly twice its records now and then, which is possible: at most two histories in a hundred.
    expect(told.filter(({ length }) => length > 0).length).toBeLessThanOrEqual(told.length * 0.02);
  });
});

describe('the sentences of a diagnosis', () => {
  test('has the numbers of the preset and of the others', () => {
    const each = world(
      8,
      and(({ moment }) => moment > 0.6 && moment < 0.65),
    );
    const given = each.evidence();
    const found = first(given);
    const [own] = given.mismatched;
    expect(found.evidence[0]).toMatch(
      new RegExp(
        `^The count is ${own!.usageCount! - own!.records} too high: .* of its ${own!.records} records, made between 2026-03-1\\d .* counted twice\\.$`,
      ),
    );
    expect(found.evidence[1]).toContain(`${given.mismatched.length} presets are too high`);
    expect(found.stretch!.from! >= at(0.6) && found.stretch!.to! <= at(0.65)).toBe(true);
  });

  test('is only certain if nothing else is left', () => {
    expect(
      first(
        world(
          3,
          and(({ moment }) => moment > 0.8),
        ).evidence(),
      ).certainty,
    ).toBe('certain');
    expect(first(among([preset(6, daily(10), { lastUsedAt: start + 5 * day })])).certainty).toBe('likely');
    expect(first(race(world(61), 3, lose).evidence()).certainty).toBe('possible');
  });

  test('leaves an unknown end open', () => {
    const still = first(
      world(
        23,
        when(({ moment }) => moment < 0.9),
      ).evidence({ triggerOff: 'The trigger is disabled.' }),
    );
    expect(still.stretch).toMatchObject({ from: expect.any(Number), to: null });
    expect(still.evidence).toContain('The trigger is disabled.');
  });
});

/** How many records of one user the first presets of a world have. */
function clearedBy(seed: number, user: number): number {
  return world(seed).presets.reduce(
    (sum, { records }) => sum + records.filter(each => each.user === user).length,
    0,
  );
}

describe('a last use that differs from the newest record', () => {
  test('is reported with an unknown cause', () => {
    const found = first(among([preset(6, daily(10), { lastUsedAt: start + 12 * day })]));
    expect(found.evidence).toContain('last_used_at is 3 d after the newest record.');
  });

  test('is counted among accurate presets, both ways', () => {
    const accurate = [
      preset(3, daily(3)),
      preset(3, daily(3), { lastUsedAt: start + 2 * day + 500 }),
      preset(3, daily(3), { lastUsedAt: start }),
      preset(3, daily(3), { lastUsedAt: start + 5 * day }),
      preset(3, daily(3), { lastUsedAt: null }),
    ];
    const tally = tallyLastUsed(accurate);
    expect(tally).toEqual({ looked: 5, older: 1, newer: 1 });
    expect(lastUsedRemarks(tally)).toEqual([
      '1 of the 5 accurate presets examined has a last_used_at older than the newest record.',
      '1 of the 5 accurate presets examined has a last_used_at newer than the newest record.',
    ]);
  });
});

function first(evidence: Evidence): Diagnosis {
  return [...diagnoseAll(evidence).values()][0]!;
}
