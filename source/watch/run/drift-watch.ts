import type { QueryTiming } from '../../connection/query-timing.ts';
import type { Counter } from '../../counter/counter.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { type DriftEvent, driftChange } from '../drift-event.ts';
import { rankWriters, type SessionNames } from '../session-activity.ts';
import type { Sampling, SessionSample } from '../sessions.ts';
import { SessionLog } from './session-log.ts';

interface Known {
  counter: Counter;
  at: QueryTiming;
}

interface Found extends Omit<DriftEvent, 'writers'> {
  before: QueryTiming;
  after: QueryTiming;
}

// Between two looks a whole table may have come out of step; more than this many are one event many times over.
const mostWaiting = 200;

/**
 * Compares each look at a counter with the one before, wherever they come from: ticks and audits read side by side, so only a
 * statement that was sent after the other was answered counts as later. What is found waits for the next look at the server's
 * sessions, to be told with who was writing. Looks without records are passed over; none is compared across a change of what
 * a count means.
 */
export class DriftWatch {
  readonly #known = new Map<string, Known>();
  readonly #sessions = new SessionLog();
  #meaning = '';
  #waiting: Found[] = [];
  /** How many more were found than can wait. */
  #more = 0;
  /** What this console itself is writing: those presets, or all; null while it writes none. */
  #own: ReadonlySet<string> | 'all' | null = null;
  #ownUntil = { ids: new Set<string>() as ReadonlySet<string> | 'all', at: 0 };
  #sampledAt = 0;
  #functions: readonly string[] = [];
  #direct = true;

  /** Takes in a look at `counters`; returns true where one of them came out of step. */
  look(tables: Tables, counters: readonly Counter[], at: QueryTiming): boolean {
    if (!this.#means(tables)) return false;
    const before = this.#waiting.length;
    for (const counter of counters) {
      if (counter.records === null) continue;
      if (this.#isOwn(counter.id, at)) {
        this.#known.delete(counter.id);
        continue;
      }
      const known = this.#known.get(counter.id);
      if (!known) {
        this.#known.set(counter.id, { counter, at });
        continue;
      }
      if (at.sentAt < known.at.answeredAt) continue;
      const change = driftChange(known.counter, counter);
      if (change)
        this.#wait({ ...toldAt(known.at, at), preset: { id: counter.id, name: counter.name }, change });
      known.counter = counter;
      known.at = at;
    }
    return this.#waiting.length > before;
  }

  /** Forgets presets that are gone: what comes back under the same key is another one. */
  gone(ids: readonly string[]): void {
    for (const id of ids) this.#known.delete(id);
  }

  /** Forgets all looks: what comes next begins anew. `and` drops what was found as well. */
  forget(and?: 'found'): void {
    this.#known.clear();
    if (and !== 'found') return;
    this.#waiting = [];
    this.#more = 0;
  }

  /** This console begins to write the counts of `ids` itself; with null it has ended. What happens to them meanwhile is its own affair. */
  ownWrites(ids: readonly string[] | 'all' | null): void {
    if (ids === null) {
      if (this.#own !== null) this.#ownUntil = { ids: this.#own, at: performance.now() };
      this.#own = null;
      return;
    }
    // What a look saw before is nothing to compare with afterwards.
    if (ids === 'all') this.forget();
    else this.gone(ids);
    this.#own = ids === 'all' ? ids : new Set(ids);
  }

  /** What a look at the sessions goes by. */
  sampling(tables: Tables): Sampling {
    return { names: this.#names(tables), since: this.#sessions.since };
  }

  /** Takes in a look at the sessions; `direct` is false where there is a pooler in between. */
  sampled(
    sample: SessionSample,
    at: QueryTiming,
    { direct, tables }: { direct: boolean; tables: Tables },
  ): void {
    this.#sessions.add(sample, at, this.#names(tables));
    this.#sampledAt = at.answeredAt;
    this.#direct = direct;
  }

  /** The functions that a use is made by, or that write the count: statements name them instead of the tables. */
  functionsAre(names: readonly string[]): void {
    this.#functions = names;
  }

  /**
   * What came out of step since the last call, the oldest first, and of how many `more` nothing is kept; with `now` also what
   * no look at the sessions came after.
   */
  take(now?: 'now'): { events: DriftEvent[]; more: number } {
    const ready = this.#waiting.filter(({ after }) => now || after.answeredAt <= this.#sampledAt);
    if (ready.length === 0) return { events: [], more: 0 };
    const more = this.#more;
    this.#more = 0;
    this.#waiting = this.#waiting.filter(found => !ready.includes(found));
    // First, so that each event is told with the same of all quiet looks.
    this.#sessions.wasEventfulSince(Math.min(...ready.map(({ before }) => before.answered)));
    const events = ready.map(({ before, after, ...event }) => ({
      ...event,
      writers: {
        ...rankWriters(this.#sessions.between(before.sent, after.answered), {
          id: event.preset.id,
          change: event.change,
          otherwise: client => this.#sessions.otherwise(client),
        }),
        hidden: this.#sessions.hidden,
        direct: this.#direct,
      },
    }));
    return { events, more };
  }

  #names({ presets, records }: Tables): SessionNames {
    return {
      tables: [...new Set([presets.table, 'presets'])],
      count: presets.countName,
      records: [...new Set([records.table, 'preset_usage'])],
      functions: [...new Set(['track_preset_usage', ...this.#functions])],
    };
  }

  /** False where a count is no count of everything; looks from before a table or column was exchanged are forgotten. */
  #means({ presets, records, hiddenBy }: Tables): boolean {
    const meaning = JSON.stringify([presets.oid, presets.key, presets.count, records.oid, records.preset]);
    const isAnother = meaning !== this.#meaning || hiddenBy.length > 0;
    if (isAnother) this.forget(hiddenBy.length > 0 ? 'found' : undefined);
    this.#meaning = meaning;
    return hiddenBy.length === 0;
  }

  #isOwn(id: string, { sentAt }: QueryTiming): boolean {
    const holds = (ids: ReadonlySet<string> | 'all') => ids === 'all' || ids.has(id);
    if (this.#own !== null && holds(this.#own)) return true;
    return sentAt <= this.#ownUntil.at && holds(this.#ownUntil.ids);
  }

  #wait(found: Found): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push(found);
    else this.#more += 1;
  }
}

function toldAt(before: QueryTiming, after: QueryTiming) {
  return { since: before.answered, at: after.answered, before, after };
}
