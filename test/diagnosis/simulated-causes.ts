import type { Cause } from '../../source/diagnosis/diagnosis.ts';
import type { Application, Shape } from '../helpers/application.ts';
import { type Expected, type Fault, faults } from './faults.ts';
import { noises } from './noises.ts';

/** How a fault is met: how many presets it hits, and what happens around it. */
interface Setting {
  /** How many presets it hits. */
  wrong: number;
  presets?: number;
  uses?: number;
  /** Correct uses go on after it. */
  after?: boolean;
  /** They go on while it is diagnosed. */
  live?: boolean;
  untimed?: boolean;
  /** The server's statistics were reset after it. */
  statisticsReset?: boolean;
}

const settings = {
  many: { wrong: 14 },
  'many, uses since': { wrong: 14, after: true },
  '1 wrong': { wrong: 1 },
  '1 wrong, uses since': { wrong: 1, after: true },
  '3 wrong, uses since': { wrong: 3, after: true },
  '4 wrong': { wrong: 4 },
  '200 wrong': { wrong: 200, presets: 240, uses: 8 },
  'under traffic': { wrong: 8, after: true, live: true },
  'without a time column': { wrong: 12, untimed: true },
  'after a statistics reset': { wrong: 12, statisticsReset: true },
} satisfies Record<string, Setting>;
type SettingName = keyof typeof settings;

/** A history, and the diagnosis that each wrong preset must get. */
export interface Family {
  name: string;
  cause: Cause;
  setting: SettingName;
  shape: Shape;
  /** Makes the history of `seed`; answers what to expect. */
  run(application: Application, seed: number): Promise<Expected>;
}

const everywhere: SettingName[] = ['many', '3 wrong, uses since', '1 wrong'];
const wholeOnes: SettingName[] = ['many', 'many, uses since'];

/** In which settings besides the usual ones a fault is met. */
const also: Record<string, SettingName[]> = {
  'counted by hand, always': [
    '200 wrong',
    'under traffic',
    'without a time column',
    'after a statistics reset',
  ],
  'the trigger disabled for a while': ['under traffic', 'after a statistics reset', '1 wrong, uses since'],
  'some records deleted, one by one': ['200 wrong', 'under traffic', 'without a time column'],
  'a reset that kept the records': [
    '200 wrong',
    'under traffic',
    '1 wrong, uses since',
    'after a statistics reset',
  ],
  'imported at one time': ['200 wrong', 'under traffic'],
  'increment_preset_usage_count() called alone': [
    '200 wrong',
    'under traffic',
    'without a time column',
    'after a statistics reset',
  ],
  'counted by the application without a record': ['200 wrong', 'under traffic'],
  'some records moved to another preset': [
    '200 wrong',
    'under traffic',
    'without a time column',
    'after a statistics reset',
  ],
  'presets merged': ['under traffic', 'after a statistics reset'],
  'records deleted softly, and taken off the count': [
    '200 wrong',
    'under traffic',
    'after a statistics reset',
  ],
  'upserts under a BEFORE trigger': ['under traffic'],
  'deleted records subtracted by the trigger and by hand': ['under traffic', 'without a time column'],
  'a partition dropped': ['under traffic', 'after a statistics reset'],
  'a retention job of pg_cron': ['under traffic', 'after a statistics reset'],
};

/** Which presets a fault hits: some that are used often enough for the fault to show. */
function choose(application: Application, wrong: number, until: number): Set<number> {
  const used = new Map<number, number>();
  for (const { preset, moment } of application.uses)
    if (moment < until) used.set(preset, (used.get(preset) ?? 0) + 1);
  const often = application.presets.flatMap((_, n) => ((used.get(n) ?? 0) >= 6 ? [n] : []));
  const rest = application.presets.flatMap((_, n) => ((used.get(n) ?? 0) >= 6 ? [] : [n]));
  const { random } = application.world;
  return new Set([...random.shuffle(often), ...random.shuffle(rest)].slice(0, wrong));
}

function family(name: string, fault: Fault, setting: SettingName): Family {
  const how: Setting = settings[setting];
  const shape = how.untimed ? 'untimed' : (fault.shape ?? 'plain');
  return {
    name: `${name}; ${setting}`,
    cause: fault.cause,
    setting,
    shape,
    async run(application, seed) {
      await application.begin({ seed, presets: how.presets ?? 40, uses: how.uses ?? 30, shape });
      const until = how.after ? 0.85 : 1;
      // A move takes two presets, so one that is hit alone is the second of a pair.
      const wrong = fault.cause === 'records-moved' ? Math.max(2, how.wrong & ~1) : how.wrong;
      const hit = choose(application, wrong, until);
      const expected = await fault.run({ application, hit, until });
      if (how.after) await application.use(until, 1);
      if (how.statisticsReset) await application.forgetStatistics();
      return expected ?? (preset => (fault.whole || hit.has(preset) ? fault.cause : null));
    },
  };
}

/** Two faults, one after the other; each hits presets of its own, or both the same ones. */
function pair(first: string, second: string, same = false): Family {
  const [one, two] = [faults[first]!, faults[second]!];
  const shape = one.shape ?? two.shape ?? 'plain';
  return {
    name: `both: ${first}; ${second}${same ? '; on the same presets' : ''}`,
    cause: one.cause,
    setting: 'many',
    shape,
    async run(application, seed) {
      await application.begin({ seed, presets: 40, uses: 30, shape });
      const all = [...choose(application, 20, 0.5)];
      const hits = same ? [all.slice(0, 15), all.slice(5)] : [all.slice(0, 10), all.slice(10)];
      const parts = [
        { fault: one, hit: new Set(hits[0]), from: 0, to: 0.5 },
        { fault: two, hit: new Set(hits[1]), from: 0.5, to: 1 },
      ];
      const expected: Expected[] = [];
      for (const { fault, hit, from, to } of parts) {
        const own = await application.within(from, to, () => fault.run({ application, hit, until: 1 }));
        expected.push(own ?? (preset => (fault.whole || hit.has(preset) ? fault.cause : null)));
      }
      return preset => {
        const told = expected.flatMap(each => each(preset) ?? []);
        return told.length === 0 ? null : told;
      };
    },
  };
}

/** Every history that is told apart, noise last. */
export const families: Family[] = [
  ...Object.entries(faults).flatMap(([name, fault]) =>
    [...(fault.whole ? wholeOnes : everywhere), ...(also[name] ?? [])].map(setting =>
      family(name, fault, setting),
    ),
  ),
  pair('counted by hand, always', 'imported at one time'),
  pair('counted by hand, always', 'the trigger disabled for a while'),
  pair('the trigger disabled for a while', 'some records deleted, one by one'),
  pair('some records deleted, one by one', 'counted by the application without a record'),
  pair('imported at one time', 'increment_preset_usage_count() called alone'),
  pair('the trigger disabled for a while', 'some records moved to another preset'),
  pair('a reset that kept the records', 'counted by hand, always'),
  pair('records deleted softly, and taken off the count', 'counted by hand, always'),
  pair('counted by hand, always', 'imported at one time', true),
  pair('counted by hand, always', 'the trigger disabled for a while', true),
  ...Object.entries(noises).flatMap(([name, fault]) =>
    (['many', '1 wrong', '4 wrong'] as const).map(setting => family(`noise: ${name}`, fault, setting)),
  ),
  family('noise: up to twenty off', noises['up to twenty off']!, 'under traffic'),
  family('noise: up to twenty off', noises['up to twenty off']!, '200 wrong'),
  family('noise: up to twenty off', noises['up to twenty off']!, 'after a statistics reset'),
  family('noise: up to twenty off', noises['up to twenty off']!, 'without a time column'),
];

export function isLive({ setting }: Family): boolean {
  return (settings[setting] as Setting).live === true;
}
