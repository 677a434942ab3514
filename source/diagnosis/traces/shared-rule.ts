import { driftOf, type PresetEvidence, type Uses } from '../evidence.ts';
import {
  type CandidateGroup,
  choices,
  commonStretches,
  firstAbove,
  firstNotBelow,
  type Openness,
  type Stretch,
} from './interval-search.ts';
import { allBut, isNamed, marksIn, type RecordKind, typesIn } from './record-kind.ts';
import { logChoose, separation, surprise } from './statistics.ts';

/** One rule that many wrong counts follow: each is off by `factor` for every record of a stretch. */
export interface Pattern {
  /** What the stretch measures: when records were made, or which transactions stored them. */
  axis: 'time' | 'transaction';
  stretch: Stretch;
  open: Openness;
  /** -1: not counted. 1: counted once more, and so on. */
  factor: number;
  /** Only records of this kind; null for all. */
  kind: RecordKind | null;
  /** The presets that it explains exactly. */
  fits: ReadonlySet<string>;
  /** Wrong presets that have such records too but are off by a different number. */
  misses: number;
  /** Accurate presets: those with such records, which are evidence against the rule, and those without. */
  right: { with: number; without: number };
  /** How far it is beyond chance, in nats: a chance of e^-strength, allowing for everything that was tried. */
  strength: number;
}

// One wrong diagnosis in three hundred databases whose counts are wrong by chance, at worst.
const leastStrength = Math.log(300);
// At least three wrong counts that are exact multiples of all records, without exception: the most common mistake.
const leastPlain = { strength: Math.log(20), fits: 3 };
// Beyond this, presets that break a rule have another cause as well.
const sureStrength = 25;
const mostMisses = 3;
const mostPatterns = 6;
const factors = { high: [1, 2, 3], low: [-1] } as const;
// Records that are left out are left out always, or since the condition came.
const wideOpenings: readonly Openness[] = ['both', 'end'];
const openings: readonly Openness[] = ['both', 'end', 'start', 'neither'];

type Scope = Pick<Pattern, 'axis' | 'kind' | 'factor'>;

/**
 * The rules that the wrong counts follow. Each is found in what the rules before it leave unexplained. Yields often, so that
 * the screen can be drawn in between: with tens of thousands of records the search takes a second or two.
 */
export function* findPatterns(
  mismatched: readonly PresetEvidence[],
  accurate: readonly PresetEvidence[],
  conditions: readonly string[] = [],
): Generator<void, Pattern[]> {
  // If the table has no times, no records are read; the plain rules need none.
  const untimed = mismatched.every(({ uses, records }) => uses === null || records === 0);
  const known = mismatched.filter(({ uses, usageCount }) => (uses || untimed) && usageCount !== null);
  const found: Pattern[] = [];
  for (const side of ['low', 'high'] as const) {
    let left = known.filter(preset => driftOf(preset) < 0 === (side === 'low'));
    while (left.length > 0 && found.length < mostPatterns) {
      // Presets that look never used follow a separate rule, which may hide another.
      const pattern =
        (yield* strongest(left, accurate, side, conditions)) ??
        (left.some(isZero)
          ? yield* strongest(
              left.filter(preset => !isZero(preset)),
              accurate,
              side,
              conditions,
            )
          : null);
      if (!pattern) break;
      found.push(pattern);
      left = left.filter(({ id }) => !pattern.fits.has(id));
    }
  }
  return found;
}

function* strongest(
  left: readonly PresetEvidence[],
  accurate: readonly PresetEvidence[],
  side: 'low' | 'high',
  conditions: readonly string[],
): Generator<void, Pattern | null> {
  const types = typesIn(left);
  // Only counts that are too low leave records out. What a column happens to say tells nothing, such as an import without users.
  const marks = marksIn(left).filter(mark => mark.isGone || isNamed(mark, conditions));
  const kinds =
    side === 'high'
      ? types
      : [...types, ...types.map(allBut), ...marks.flatMap(mark => [mark, allBut(mark)])];
  // Uses are stored in the order of their times. Only imports are not; those need the order of transactions.
  const axes =
    side === 'low' && left.every(({ uses }) => uses?.transactions)
      ? (['time', 'transaction'] as const)
      : (['time'] as const);
  let best: Pattern | null = null;
  for (const factor of factors[side]) {
    for (const axis of axes) {
      for (const kind of axis === 'time' ? [null, ...kinds] : [null]) {
        const scope = { factor, axis, kind };
        // The plain rules are assumed to be as likely in advance as all the special ones together.
        const tried =
          Math.log(axes.length * openings.length) +
          (side === 'low' ? 0 : Math.log(factor === 1 ? 2 : 4)) +
          (kinds.length === 0 ? 0 : Math.log(kind === null ? 2 : 2 * kinds.length));
        for (const open of kind === null || kind.type !== null ? openings : wideOpenings) {
          yield;
          const pattern = inScope(scope, open, left, accurate, tried);
          if (pattern && pattern.strength > Math.max(needed(pattern), best?.strength ?? 0)) best = pattern;
        }
      }
    }
  }
  return best;
}

/** How strong a pattern must be to be reported. */
function needed({ open, kind, factor, fits, misses, right }: Pattern): number {
  const isPlain = factor > 0 && open === 'both' && kind === null && misses === 0 && right.with === 0;
  return isPlain && fits.size >= leastPlain.fits ? leastPlain.strength : leastStrength;
}

/** True for a pattern that is reported although it is not far beyond chance. */
export function isFaint({ strength }: Pattern): boolean {
  return strength <= leastStrength;
}

/** The strongest pattern of one kind; `tried` is how many kinds there were to choose from, in nats. */
function inScope(
  scope: Scope,
  open: Openness,
  left: readonly PresetEvidence[],
  accurate: readonly PresetEvidence[],
  tried: number,
): Pattern | null {
  const subjects = left.flatMap(preset => subjectOf(preset, scope));
  const price = tried + Math.log(choices(subjects, open));
  let best: Pattern | null = null;
  const all = commonStretches(subjects, open);
  // If few counts are wrong, many stretches fit. The best evidence is then that the other presets were idle.
  const idle = open === 'both' ? [] : commonStretches(subjects, open, allValues(accurate, scope));
  for (const stretch of [...all, ...idle]) {
    const pattern = weigh({ ...scope, stretch, open }, left, accurate, price);
    if (pattern && pattern.strength > (best?.strength ?? 0)) best = pattern;
  }
  return best;
}

function subjectOf(preset: PresetEvidence, scope: Scope): CandidateGroup[] {
  const need = driftOf(preset) / scope.factor;
  if (!preset.uses || !Number.isInteger(need)) return [];
  const values = valuesOf(preset.uses, scope);
  return need > values.length ? [] : [{ values, need, weight: 1 + surprise(need) }];
}

function weigh(
  rule: Scope & { stretch: Stretch; open: Openness },
  left: readonly PresetEvidence[],
  accurate: readonly PresetEvidence[],
  price: number,
): Pattern | null {
  const fits = new Set<string>();
  let misses = 0;
  let surprises = 0;
  for (const preset of left) {
    const records = recordsIn(preset, rule);
    if (records === 0) continue;
    if (records * rule.factor === driftOf(preset)) {
      fits.add(preset.id);
      surprises += surprise(records);
    } else misses += 1;
  }
  const others = accurate.filter(preset => recordsIn(preset, rule) > 0).length;
  const right = { with: others, without: accurate.length - others };
  // A rule that more presets break than follow is dropped, unless it is far beyond chance: counts that are wrong for another reason would support it.
  if (fits.size === 0 || misses > mostMisses * fits.size) return null;
  const strength =
    surprises -
    logChoose(fits.size + misses, misses) +
    separation({ with: fits.size, without: left.length - fits.size }, right) -
    price;
  return misses > fits.size && strength < sureStrength ? null : { ...rule, fits, misses, right, strength };
}

/** True for a preset that looks never used: count 0 and no time of last use. */
export function isZero({ usageCount, lastUsedAt }: PresetEvidence): boolean {
  return usageCount === 0 && lastUsedAt === null;
}

/** True if a pattern explains a wrong count exactly. */
export function explains(pattern: Pattern, preset: PresetEvidence): boolean {
  const records = recordsIn(preset, pattern);
  return records > 0 && records * pattern.factor === driftOf(preset);
}

/** How many records of a preset a pattern applies to. */
export function recordsIn(preset: PresetEvidence, rule: Scope & { stretch: Stretch }): number {
  const { uses } = preset;
  const { from, to } = rule.stretch;
  // All of them, including those without a time, whether they were read or not.
  if (rule.kind === null && from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY)
    return preset.records;
  if (!uses) return preset.counted?.get(rule) ?? 0;
  const values = valuesOf(uses, rule);
  return firstAbove(values, to) - firstNotBelow(values, from);
}

const sorted = new WeakMap<Uses, Map<string, readonly number[]>>();

/** Times or transactions of a preset's records, ascending; cached. */
function valuesOf(uses: Uses, { axis, kind }: Pick<Scope, 'axis' | 'kind'>): readonly number[] {
  const key = `${axis} ${kind?.key}`;
  const cached = sorted.get(uses) ?? new Map<string, readonly number[]>();
  sorted.set(uses, cached);
  const known = cached.get(key);
  if (known) return known;
  const all = axis === 'time' ? uses.times : (uses.transactions ?? []);
  const values = all
    .filter((value, index) => !Number.isNaN(value) && (kind === null || kind.has(uses, index)))
    .sort((a, b) => a - b);
  cached.set(key, values);
  return values;
}

const merged = new WeakMap<readonly PresetEvidence[], Map<string, readonly number[]>>();

/** The same of many presets together. */
function allValues(
  presets: readonly PresetEvidence[],
  scope: Pick<Scope, 'axis' | 'kind'>,
): readonly number[] {
  const key = `${scope.axis} ${scope.kind?.key}`;
  const cached = merged.get(presets) ?? new Map<string, readonly number[]>();
  merged.set(presets, cached);
  const known = cached.get(key);
  if (known) return known;
  const values = presets.flatMap(({ uses }) => (uses ? valuesOf(uses, scope) : [])).sort((a, b) => a - b);
  cached.set(key, values);
  return values;
}

/** True if a pattern applies to the record at `index` of a preset's uses. */
export function speaksOf(
  { axis, kind, stretch }: Scope & { stretch: Stretch },
  { uses }: PresetEvidence,
  index: number,
): boolean {
  const value = axis === 'time' ? uses?.times[index] : uses?.transactions?.[index];
  return (
    value !== undefined &&
    value >= stretch.from &&
    value <= stretch.to &&
    (kind === null || kind.has(uses!, index))
  );
}

/** The time from the first to the last record that a pattern applies to. */
export function stretchIn(
  presets: readonly PresetEvidence[],
  pattern: Scope & { stretch: Stretch },
): Stretch {
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const preset of presets) {
    for (const [index, time] of preset.uses?.times.entries() ?? []) {
      if (Number.isNaN(time) || !speaksOf(pattern, preset, index)) continue;
      from = Math.min(from, time);
      to = Math.max(to, time);
    }
  }
  return { from, to };
}
