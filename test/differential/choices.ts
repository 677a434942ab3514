/**
 * Where a generator decides something, it asks here. The answers come from a seed, or from a list of earlier answers; 0 is always the
 * plainest. So what was generated can be made simpler by making its answers smaller.
 */
export class Choices {
  readonly taken: number[] = [];
  readonly #next: (below: number) => number;
  /** How often, of a hundred, a writer slips. */
  sloppy = 0;

  constructor(from: number | readonly number[]) {
    if (typeof from === 'number') {
      const random = randomOf(from);
      this.#next = below => Math.floor(random() * below);
    } else {
      let place = 0;
      this.#next = below => Math.min(from[place++] ?? 0, below - 1);
    }
  }

  /** A whole number from 0, below `count`. */
  below(count: number): number {
    const answer = this.#next(count);
    this.taken.push(answer);
    return answer;
  }

  /** One of a list, whose first is the plainest. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T;
  }

  /** One of a list, of which the first is as likely as all others together. */
  usually<T>(first: T, ...others: readonly T[]): T {
    const answer = this.below(others.length * 2);
    return answer < others.length ? first : (others[answer - others.length] as T);
  }

  /** True so many times of a hundred. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  /** True where the writer of the body makes a mistake. */
  slips(): boolean {
    return this.chance(this.sloppy);
  }
}

/** Numbers from 0, below 1, that depend on nothing but the seed. */
export function randomOf(seed: number): () => number {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Makes answers simpler as long as `holds` says that what they generate still shows the same; tries for a minute at most. */
export async function simplified(
  answers: readonly number[],
  holds: (answers: readonly number[]) => Promise<boolean>,
): Promise<readonly number[]> {
  let best = trimmed(answers);
  const end = performance.now() + 60_000;
  const attempt = async (candidate: readonly number[]) => {
    if (performance.now() > end || !(await holds(candidate))) return false;
    best = trimmed(candidate);
    return true;
  };
  for (let before = -1; before !== sizeOf(best); ) {
    before = sizeOf(best);
    for (const length of [8, 4, 2, 1])
      for (let from = best.length - length; from >= 0; from -= length) {
        if (best.slice(from, from + length).every(each => each === 0)) continue;
        await attempt(best.map((each, place) => (place >= from && place < from + length ? 0 : each)));
      }
    for (const length of [4, 1])
      for (let from = best.length - length; from >= 0; from -= 1)
        await attempt([...best.slice(0, from), ...best.slice(from + length)]);
    for (let place = 0; place < best.length; place += 1) {
      const answer = best[place] ?? 0;
      for (const smaller of new Set([Math.floor(answer / 2), answer - 1]))
        if (smaller > 0 && (await attempt(best.with(place, smaller)))) break;
    }
  }
  return best;
}

function trimmed(answers: readonly number[]): readonly number[] {
  const last = answers.findLastIndex(each => each !== 0);
  return answers.slice(0, last + 1);
}

const sizeOf = (answers: readonly number[]) =>
  answers.reduce((sum, each) => sum + each, answers.length * 1_000);
