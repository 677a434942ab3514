import type { Certainty } from '../../source/diagnosis/diagnosis.ts';
import { play, type Verdict } from '../diagnosis/played.ts';
import { type Family, families } from '../diagnosis/simulated-causes.ts';
import { Application } from '../helpers/application.ts';
import { startInstalled } from '../helpers/installed-server.ts';
import type { Figure } from './figure.ts';

/** One history and what was told of it. */
interface Played {
  family: Family;
  seed: number;
  verdicts: Verdict[];
}

const { DIAGNOSIS_SEEDS: asked, DIAGNOSIS_FAMILIES: named = '', DIAGNOSIS_SHOW: shown = '' } = process.env;

// Chance has few families, and 2 % of few histories are not one.
const leastOfNoise = 20;

/**
 * Plays histories of faults and tells what the console says of each: `DIAGNOSIS_SEEDS` of each family (if not set 5, or 20 of those that are
 * wrong by chance or with `large`), every second history on PostgreSQL 15 if it is installed. `DIAGNOSIS_FAMILIES` picks families by a part
 * of their names, and `DIAGNOSIS_SHOW` prints that many wrong ones in full.
 */
export async function benchDiagnosis(
  url: string,
  say: (line: string) => void,
  { large }: { large: boolean },
): Promise<Figure[]> {
  const seeds = Number(asked ?? (large ? 20 : 5));
  const ofNoise = asked === undefined ? Math.max(seeds, leastOfNoise) : seeds;
  const seedsOf = ({ cause }: Family) => (cause === 'unknown' ? ofNoise : seeds);
  const chosen = families.filter(({ name }) => name.includes(named));
  const older = await startInstalled(15, ['-c', 'synchronous_commit=off']);
  say(
    `${chosen.length} families, ${seeds} seeds each, by chance ${ofNoise}${older ? ', every second history on PostgreSQL 15' : ''}`,
  );
  try {
    const played = (
      await Promise.all([
        work(url, chosen, seedsOf, older ? 0 : null, say),
        older ? work(older.url, chosen, seedsOf, 1, say) : [],
      ])
    ).flat();
    printTable(played);
    printFamilies(played, chosen);
    return figuresOf(played);
  } finally {
    await older?.stop();
  }
}

/** Plays every second history, those that are `odd` or not, or all if that is null. */
async function work(
  url: string,
  chosen: Family[],
  seedsOf: (family: Family) => number,
  odd: 0 | 1 | null,
  say: (line: string) => void,
): Promise<Played[]> {
  const played: Played[] = [];
  const application = await Application.open(url);
  try {
    const most = Math.max(...chosen.map(seedsOf));
    for (let seed = 1; seed <= most; seed += 1) {
      for (const [place, family] of chosen.entries()) {
        if (seed > seedsOf(family) || (odd !== null && (place + seed) % 2 !== odd)) continue;
        try {
          played.push({ family, seed, verdicts: await play(application, family, seed) });
        } catch (error) {
          throw new Error(`${family.name}, seed ${seed}: ${(error as Error).message}`, { cause: error });
        }
      }
      say(`seed ${seed}`);
    }
  } finally {
    await application.close();
  }
  return played;
}

/** Each family weighs the same, and each history of it, however many counts are wrong in it. */
function weighed(played: readonly Played[]): (Verdict & { weight: number })[] {
  const histories = new Map<Family, number>();
  for (const { family } of played) histories.set(family, (histories.get(family) ?? 0) + 1);
  return played.flatMap(({ family, verdicts }) =>
    verdicts.map(verdict => ({ ...verdict, weight: 1 / verdicts.length / histories.get(family)! })),
  );
}

const sum = (verdicts: readonly { weight: number }[]) =>
  verdicts.reduce((all, { weight }) => all + weight, 0);

function printTable(played: readonly Played[]): void {
  const all = weighed(played);
  const causes = [...new Set(all.map(({ was }) => was[0] ?? 'right'))].sort();
  const answers = [...new Set(all.map(({ told }) => told))].sort();
  const short = (name: string) => name.slice(0, 9).padStart(9);
  console.log(`\n  ${'was, of 100 histories'.padEnd(24)} ${answers.map(short).join(' ')}`);
  for (const cause of causes) {
    const own = all.filter(({ was }) => (was[0] ?? 'right') === cause);
    const share = (told: string) => (100 * sum(own.filter(each => each.told === told))) / sum(own);
    console.log(
      `  ${cause.padEnd(24)} ${answers.map(told => (share(told) === 0 ? '.' : share(told).toFixed(1)).padStart(9)).join(' ')}`,
    );
  }
  console.log('');
}

function printFamilies(played: readonly Played[], chosen: readonly Family[]): void {
  let left = Number(shown);
  for (const family of chosen) {
    const all = weighed(played.filter(each => each.family === family));
    const percent = (some: typeof all) =>
      ((100 * sum(some)) / Math.max(sum(all), 1e-9)).toFixed(0).padStart(3);
    const wrong = all.filter(isWrong);
    const unknown = all.filter(({ right, told }) => !right && !isTold(told));
    console.log(
      `  right ${percent(all.filter(({ right }) => right))}  unknown ${percent(unknown)}  wrong ${percent(wrong)}  ${family.name}`,
    );
    for (const { words } of [...wrong, ...unknown].slice(0, 2)) {
      if (left <= 0) break;
      left -= 1;
      console.log(`      ${words}`);
    }
  }
  console.log('');
}

const isTold = (told: Verdict['told']) => told !== 'unknown' && told !== 'not examined';
const isWrong = ({ told, right }: Verdict) => isTold(told) && !right;

function figuresOf(played: readonly Played[]): Figure[] {
  const noise = weighed(played.filter(({ family }) => family.cause === 'unknown'));
  const caused = weighed(played.filter(({ family }) => family.cause !== 'unknown'));
  const all = [...noise, ...caused];
  const share = (
    name: string,
    some: typeof all,
    of: typeof all,
    least: number | null,
    most: number | null,
  ): Figure[] => {
    if (of.length === 0) return [];
    const value = (100 * sum(some)) / sum(of);
    const target = least === null ? `at most ${most}` : `at least ${least}`;
    return [{ name, value, unit: '%', target, met: least === null ? value <= most! : value >= least }];
  };
  const certainty = (which: Certainty, least: number) => {
    const told = all.filter(each => isTold(each.told) && each.certainty === which);
    return share(
      `${which}: right`,
      told.filter(({ right }) => right),
      told,
      least,
      null,
    );
  };
  return [
    { name: 'histories', value: played.length, unit: '' },
    ...certainty('certain', 99.5),
    ...certainty('likely', 95),
    ...certainty('possible', 70),
    ...share('a wrong cause told, of all', all.filter(isWrong), all, null, 2),
    ...share(
      'the right cause told, of those that have one',
      caused.filter(({ right }) => right),
      caused,
      85,
      null,
    ),
    ...share(
      'noise told as unknown',
      noise.filter(({ told }) => !isTold(told)),
      noise,
      98,
      null,
    ),
  ];
}
