import type { Tables } from '../counter/discovery/tables.ts';
import { signed } from '../format/numbers.ts';
import { type DriftEvent, driftBetween, isVague } from './drift-event.ts';

/** What one batch of a repair did to the drift of one preset. */
interface DriftChange {
  id: string;
  batch: number;
  /** Count minus records before it, and what it added to that. */
  drift: number;
  by: number;
  /** True if it may have made a count NULL. */
  mayClear: boolean;
}

/** A repair that another process made, according to its receipt. Times in milliseconds since 1970. */
export interface KnownRepair {
  receipt: string;
  action: string;
  from: number;
  until: number;
  /** False if something else may have written the receipt. */
  trusted: boolean;
  /** In the order of the batches; null if the receipt was not read, and `why` says why as a sentence. */
  changes: DriftChange[] | null;
  why: string | null;
}

/** Finds the repairs of these presets in a span of time, oldest first. */
export type FindRepairs = (asked: {
  tables: Tables;
  ids: ReadonlySet<string>;
  from: number;
  to: number;
}) => Promise<KnownRepair[]>;

/** A repair of another process that this console saw: it changed `presets` counts, the last one before `at`. */
export interface SeenRepair {
  receipt: string;
  action: string;
  presets: number;
  at: number;
}

/** An event as it is compared with receipts; its reads were sent and answered in `from` to `to`. */
export type Unexplained = Pick<DriftEvent, 'preset' | 'change'> & { from: number; to: number };

/** What receipts say about an event: the repairs that made it, or what may have. */
type Explanation = { by: KnownRepair[] } | { remarks: string[] };

// Differences of counts with a fraction are not exact in binary.
const rounding = 1e-6;

/**
 * Tells the changes of repairs from drift. Correct uses leave drift as it is, so a repair explains an event if the drift
 * before it and what was added to it are exactly those of consecutive batches. Each batch explains only one event.
 */
export class RepairedDrift {
  readonly #used = new Set<string>();

  explain({ preset, change, from, to }: Unexplained, repairs: readonly KnownRepair[]): Explanation {
    const then = repairs.filter(repair => repair.from <= to && repair.until >= from);
    const lines = then.flatMap(repair =>
      (repair.changes ?? [])
        .filter(({ id }) => id === preset.id)
        .map(line => ({ ...line, repair, key: JSON.stringify([repair.receipt, line.batch, line.id]) })),
    );
    const open = lines.filter(({ key, repair }) => repair.trusted && !this.#used.has(key));
    const drift = driftBetween(change);
    const run = isVague(change.before) || isVague(change.after) ? null : runOf(open, drift);
    const cleared = change.kind === 'became-null';
    if (run && change.kind !== 'no-number' && (!cleared || run.at(-1)?.mayClear)) {
      for (const { key } of run) this.#used.add(key);
      return { by: [...new Set(run.map(({ repair }) => repair))] };
    }
    return { remarks: [...new Set(then)].flatMap(repair => remarkOn(repair, lines, drift.by)) };
  }
}

interface Line extends DriftChange {
  repair: KnownRepair;
  key: string;
}

/** The first consecutive lines that begin with the drift before the event and add exactly what it added. */
function runOf(lines: readonly Line[], { before, by }: { before: number; by: number }): Line[] | null {
  for (const [first, line] of lines.entries()) {
    if (!isSame(line.drift, before)) continue;
    let sum = 0;
    for (let last = first; last < lines.length; last++) {
      sum += lines[last]?.by ?? 0;
      if (isSame(sum, by)) return lines.slice(first, last + 1);
    }
  }
  return null;
}

function isSame(a: number, b: number): boolean {
  return Math.abs(a - b) < rounding;
}

function remarkOn(
  { receipt, action, trusted, changes, why }: KnownRepair,
  lines: readonly Line[],
  by: number,
): string[] {
  if (changes === null)
    return [`The receipt ${receipt} is of that time and was not compared. ${why ?? ''}`.trim()];
  const own = lines.filter(({ repair }) => repair.receipt === receipt);
  if (own.length === 0) return [];
  if (!trusted)
    return [
      `The receipt ${receipt} (${action}) says it wrote this count, but it may not be of this console.`,
    ];
  const sum = own.reduce((total, line) => total + line.by, 0);
  return [
    `The ${action} of receipt ${receipt} wrote this count too. It changed the drift by ${signed(sum)}, and this event by ${signed(by)}.`,
  ];
}
