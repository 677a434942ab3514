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
import { logChoose, separation, surprise } from './statistics.ts';

/** One rule that many wrong counts follow: each is off by `factor` for every record of a stretch. */
export interface Pattern {
  /** What the stretch is one of: when records were made, or which transactions stored them. */
  axis: 'time' | 'transaction';
  stretch: Stretch;
  open: Openness;
  /** -1: not counted. 1: counted once more, and so on. */
  factor: number;
  /** Only records of this type; null for all. */
  type: string | null;
  /** The presets that it explains exactly. */
  fits: ReadonlySet<string>;
  /** Wrong presets that have such records too and are off by another number. */
  misses: number;
  /** Presets looked at that are right: those that have such records, which speak against it, and those that have none. */
  right: { with: number; without: number };
  /** How far it is beyond chance, in nats: a chance of e^-strength, all that was tried taken into account. */
  strength: number;
}

// One wrong diagnosis in three hundred databases whose counts are wrong by chance, reckoned in favour of chance.
const leastStrength = Math.log(300);
// Whole multiples of all records, with no exception among at least three wrong counts: what the oldest mistake of all leaves.
const leastPlain = { strength: Math.log(20), fits: 3 };
const mostPatterns = 6;
const mostTypes = 8;
const factors = { high: [1, 2, 3], low: [-1] } as const;
const openings: readonly Openness[] = ['both', 'end', 'start', 'neither'];

type Scope = Pick<Pattern, 'axis' | 'type' | 'factor'>;

/**
 * The rules that the wrong counts follow, one after the other, each for what those before it leave unexplained. Yields often
 * enough for a screen to be drawn in between: with tens of thousands of records it takes a second or two.
 */
export function* findPatterns(
  mismatched: readonly PresetEvidence[],
  accurate: readonly PresetEvidence[],
): Generator<void, Pattern[]> {
  // Of a table without times no records are read, and the plain rules need none.
  const untimed = mismatched.every(({ uses, records }) => uses === null || records === 0);
  const known = mismatched.filter(({ uses, usageCount }) => (uses || untimed) && usageCount !== null);
  const found: Pattern[] = [];
  for (const side of ['low', 'high'] as const) {
    let left = known.filter(preset => driftOf(preset) < 0 === (side === 'low'));
    while (left.length > 0 && found.length < mostPatterns) {
      // Presets that say they were never used follow a rule of their own, which may hide another.
      const pattern =
        (yield* strongest(left, accurate, side)) ??
        (left.some(isZero)
          ? yield* strongest(
              left.filter(preset => !isZero(preset)),
              accurate,
              side,
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
): Generator<void, Pattern | null> {
  const types = mostUsedTypes(left);
  // Uses come in the order of their times, so only what was stored out of it needs the order of transactions: imports.
  const axes =
    side === 'low' && left.every(({ uses }) => uses?.transactions)
      ? (['time', 'transaction'] as const)
      : (['time'] as const);
  let best: Pattern | null = null;
  for (const factor of factors[side]) {
    for (const axis of axes) {
      for (const type of axis === 'time' ? [null, ...types] : [null]) {
        const scope = { factor, axis, type };
        // The plain rules are taken for as likely beforehand as all the special ones together.
        const tried =
          Math.log(axes.length * openings.length) +
          (side === 'low' ? 0 : Math.log(factor === 1 ? 2 : 4)) +
          (types.length === 0 ? 0 : Math.log(type === null ? 2 : 2 * types.length));
        for (const open of openings) {
          yield;
          const pattern = inScope(scope, open, left, accurate, tried);
          if (pattern && pattern.strength > Math.max(needed(pattern), best?.strength ?? 0)) best = pattern;
        }
      }
    }
  }
  return best;
}

/** How strong a pattern has to be to be told at all. */
function needed({ open, type, factor, fits, misses, right }: Pattern): number {
  const isPlain = factor > 0 && open === 'both' && type === null && misses === 0 && right.with === 0;
  return isPlain && fits.size >= leastPlain.fits ? leastPlain.strength : leastStrength;
}

/** True for a pattern that is told, although it is not far beyond chance. */
export function isFaint({ strength }: Pattern): boolean {
  return strength <= leastStrength;
}

/** The strongest pattern of one kind; `tried` is how much there was to choose from before, in nats. */
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
  // Where few counts are wrong, many stretches suit them, and what tells is that the others were idle.
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
  // A rule that more presets break than follow is none: what is wrong for another reason at that time would lend it weight.
  if (fits.size === 0 || misses > fits.size) return null;
  const strength =
    surprises -
    logChoose(fits.size + misses, misses) +
    separation({ with: fits.size, without: left.length - fits.size }, right) -
    price;
  return { ...rule, fits, misses, right, strength };
}

/** True for a preset that says it was never used. */
export function isZero({ usageCount, lastUsedAt }: PresetEvidence): boolean {
  return usageCount === 0 && lastUsedAt === null;
}

/** True where a pattern explains a wrong count exactly. */
export function explains(pattern: Pattern, preset: PresetEvidence): boolean {
  const records = recordsIn(preset, pattern);
  return records > 0 && records * pattern.factor === driftOf(preset);
}

/** How many records of a preset a pattern speaks of. */
export function recordsIn(preset: PresetEvidence, rule: Scope & { stretch: Stretch }): number {
  const { uses } = preset;
  const { from, to } = rule.stretch;
  // All of them, those without a time too, whether they were read or not.
  if (rule.type === null && from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY)
    return preset.records;
  if (!uses) return preset.counted?.get(rule) ?? 0;
  const values = valuesOf(uses, rule);
  return firstAbove(values, to) - firstNotBelow(values, from);
}

const sorted = new WeakMap<Uses, Map<string, readonly number[]>>();

/** Times or transactions of a preset's records, ascending; made once for each. */
function valuesOf(uses: Uses, { axis, type }: Pick<Scope, 'axis' | 'type'>): readonly number[] {
  const key = `${axis} ${type}`;
  const cached = sorted.get(uses) ?? new Map<string, readonly number[]>();
  sorted.set(uses, cached);
  const known = cached.get(key);
  if (known) return known;
  const all = axis === 'time' ? uses.times : (uses.transactions ?? []);
  const values = all
    .filter((value, index) => !Number.isNaN(value) && (type === null || uses.types?.[index] === type))
    .sort((a, b) => a - b);
  cached.set(key, values);
  return values;
}

const merged = new WeakMap<readonly PresetEvidence[], Map<string, readonly number[]>>();

/** The same of many presets together. */
function allValues(
  presets: readonly PresetEvidence[],
  scope: Pick<Scope, 'axis' | 'type'>,
): readonly number[] {
  const key = `${scope.axis} ${scope.type}`;
  const cached = merged.get(presets) ?? new Map<string, readonly number[]>();
  merged.set(presets, cached);
  const known = cached.get(key);
  if (known) return known;
  const values = presets.flatMap(({ uses }) => (uses ? valuesOf(uses, scope) : [])).sort((a, b) => a - b);
  cached.set(key, values);
  return values;
}

function mostUsedTypes(presets: readonly PresetEvidence[]): string[] {
  const uses = new Map<string, number>();
  for (const preset of presets) {
    for (const type of preset.uses?.types ?? []) uses.set(type, (uses.get(type) ?? 0) + 1);
  }
  if (uses.size < 2) return [];
  return [...uses]
    .sort(([, a], [, b]) => b - a)
    .slice(0, mostTypes)
    .map(([type]) => type);
}

/** True where a pattern speaks of the record at `index` of a preset's uses. */
export function speaksOf(
  { axis, type, stretch }: Scope & { stretch: Stretch },
  { uses }: PresetEvidence,
  index: number,
): boolean {
  const value = axis === 'time' ? uses?.times[index] : uses?.transactions?.[index];
  return (
    value !== undefined &&
    value >= stretch.from &&
    value <= stretch.to &&
    (type === null || uses?.types?.[index] === type)
  );
}

/** The time from the first to the last record that a pattern speaks of. */
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
