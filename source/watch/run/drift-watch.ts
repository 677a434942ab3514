import type { QueryTiming } from '../../connection/query-timing.ts';
import { rulesOf } from '../../counter/count-change.ts';
import type { Counter } from '../../counter/counter.ts';
import { isOfPresets } from '../../counter/definition/counter-nouns.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { presetNames } from '../../counter/definition/preset-names.ts';
import type { Tables } from '../../counter/discovery/tables.ts';
import { CounterRows, type SeenTwice } from '../../counter/rows/counter-rows.ts';
import { type DriftEvent, driftChange } from '../drift-event.ts';
import type { KnownRepair, SeenRepair } from '../repaired-drift.ts';
import { RepairedDrift } from '../repaired-drift.ts';
import { rankWriters, type SessionNames } from '../session-activity.ts';
import type { Sampling, SessionSample } from '../sessions.ts';
import { SessionLog } from './session-log.ts';

export interface Found extends Omit<DriftEvent, 'writers'> {
  before: QueryTiming;
  after: QueryTiming;
}

// A whole table may go out of step between two reads; beyond this number they are repetitions of one event.
const mostTold = 200;
// A repair of another process may change every count between two reads, and each of them is compared with its receipt.
const mostWaiting = 20_000;

/**
 * Takes each read of counters into the rows, and compares it with the previous one. Events wait until the server's sessions are read, to be reported with those that
 * were writing. Reads without records are ignored, and reads are not compared if the tables or columns were exchanged.
 */
export class DriftWatch {
  readonly #rows: CounterRows;
  readonly #sessions = new SessionLog();
  readonly #repaired = new RepairedDrift();
  #meaning = '';
  #waiting: Found[] = [];
  /** How many more there were than can wait. */
  #more = 0;
  /** The presets that this console itself is writing; null while it writes none. */
  #own: ReadonlySet<string> | 'all' | null = null;
  #ownUntil = { ids: new Set<string>() as ReadonlySet<string> | 'all', at: 0 };
  /** When the sessions were read last. */
  #sampled: QueryTiming | null = null;
  #functions: readonly string[] = [];
  #direct = true;

  constructor(rows = new CounterRows()) {
    this.#rows = rows;
  }

  /**
   * Takes in a read of `counters`; returns true if one of them is out of step. They are all of a page of an audit if there is one, or
   * `same` if the page is as it was.
   */
  compare(
    tables: Tables,
    counters: readonly Counter[] | 'same',
    at: QueryTiming,
    page?: object | undefined,
  ): boolean {
    const told = this.#means(tables) ? at : null;
    const isOwn = this.#own === null && at.sentAt > this.#ownUntil.at ? undefined : this.#isOwnAt(at);
    const twice =
      counters !== 'same'
        ? this.#rows.see(counters, told, { page, isOwn })
        : page === undefined
          ? []
          : this.#rows.seeAgain(page, told, { isOwn });
    return this.#waitIfDrifted(tables, twice, at);
  }

  #waitIfDrifted(tables: Tables, twice: readonly SeenTwice[], at: QueryTiming): boolean {
    const rules = rulesOf(tables.definition);
    const waiting = this.#waiting.length + this.#more;
    for (const { before, beforeAt, after } of twice) {
      const change = driftChange(before, after, rules);
      if (change)
        this.#wait({ ...timesOf(beforeAt, at), preset: { id: after.id, name: after.name }, change });
    }
    return this.#waiting.length + this.#more > waiting;
  }

  /** Removes presets that are gone: one that comes back with the same key is a different one. */
  gone(ids: readonly string[]): void {
    this.#rows.gone(ids);
  }

  /** Forgets all reads, so that the next ones have nothing to compare with. `and` drops waiting events too. */
  forget(and?: 'found'): void {
    this.#rows.forgetReads();
    if (and !== 'found') return;
    this.#waiting = [];
    this.#more = 0;
  }

  /** Call it when this console begins to write the counts of `ids`, and with null when it has ended. Those changes are not drift. */
  ownWrites(ids: readonly string[] | 'all' | null): void {
    if (ids === null) {
      if (this.#own !== null) this.#ownUntil = { ids: this.#own, at: performance.now() };
      this.#own = null;
      return;
    }
    // Reads before and after the console's own writes must not be compared.
    if (ids === 'all') this.forget();
    else this.#rows.forgetReads(ids);
    this.#own = ids === 'all' ? ids : new Set(ids);
  }

  /** What the next read of the sessions needs. */
  sampling(tables: Tables): Sampling {
    return { names: this.#names(tables), since: this.#sessions.since };
  }

  /** Takes in a read of the sessions; `direct` is false if there is a pooler in between. */
  sampled(
    sample: SessionSample,
    at: QueryTiming,
    { direct, tables }: { direct: boolean; tables: Tables },
  ): void {
    // The sessions that look like this console's own are another process, unless it has been writing itself.
    const others = this.#hasWritten ? sample.sessions.filter(({ own }) => !own) : sample.sessions;
    this.#sessions.add({ ...sample, sessions: others }, at, this.#names(tables));
    this.#sampled = at;
    this.#direct = direct;
  }

  /** Sets the functions that make a use or write the count: statements may name them instead of the tables. */
  functionsAre(names: readonly string[]): void {
    this.#functions = names;
  }

  /** What came out of step and was not taken yet, oldest first; without what still waits for the sessions. */
  ready(): Found[] {
    const sampled = this.#sampled;
    if (!sampled) return [];
    // The sessions were read in the same statement, or asked for later. Asked for earlier, they may not have written yet.
    return this.#waiting.filter(({ after }) => after === sampled || after.answeredAt <= sampled.sentAt);
  }

  /**
   * The events of what is `ready`, or of everything `now`, and how many `more` were not kept. What one of the `known` repairs
   * did is no event. Each event gets the `doubts` about them, as sentences.
   */
  take(
    which: readonly Found[] | 'now',
    known: readonly KnownRepair[] = [],
    doubts: readonly string[] = [],
  ): { events: DriftEvent[]; more: number; repairs?: SeenRepair[] } {
    const wanted = new Set(which === 'now' ? this.#waiting : which);
    // Those that were forgotten meanwhile no longer wait.
    const found = this.#waiting.filter(each => wanted.has(each));
    if (found.length === 0) return { events: [], more: 0 };
    this.#waiting = this.#waiting.filter(each => !wanted.has(each));
    const { unexplained, repairs } = this.#compared(found, known);
    const told = unexplained.slice(0, mostTold);
    const more = this.#more + unexplained.length - told.length;
    this.#more = 0;
    return {
      events: told.length === 0 ? [] : this.#withWriters(told, doubts),
      more,
      ...(repairs.length === 0 ? {} : { repairs }),
    };
  }

  #compared(found: readonly Found[], known: readonly KnownRepair[]) {
    const repairs = new Map<KnownRepair, SeenRepair>();
    const unexplained = found.flatMap(each => {
      const { preset, change, at, before, after } = each;
      const answer = this.#repaired.explain({ preset, change, from: before.sent, to: after.answered }, known);
      if ('remarks' in answer) return [{ ...each, remarks: answer.remarks }];
      for (const repair of answer.by) {
        const { receipt, action } = repair;
        const presets = (repairs.get(repair)?.presets ?? 0) + 1;
        repairs.set(repair, { receipt, action, presets, at });
      }
      return [];
    });
    return { unexplained, repairs: [...repairs.values()] };
  }

  #withWriters(ready: readonly (Found & { remarks: string[] })[], doubts: readonly string[]): DriftEvent[] {
    // First, so that all these events are compared with the same reads without an event.
    this.#sessions.wasEventfulSince(Math.min(...ready.map(({ before }) => before.answered)));
    return ready.map(({ before, after, remarks, ...event }) => ({
      ...event,
      ...(remarks.length + doubts.length === 0 ? {} : { remarks: [...remarks, ...doubts] }),
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
  }

  /** True if this console has written since the sessions were read the last time. */
  get #hasWritten(): boolean {
    return this.#own !== null || (this.#sampled?.sentAt ?? 0) <= this.#ownUntil.at;
  }

  #names({ definition, presets, records }: Tables): SessionNames {
    const own = isOfPresets(definition);
    return {
      tables: [...new Set([presets.table, ...(own ? [presetNames.rows] : []), ...others(definition)])],
      count: presets.countName,
      records: [...new Set([records.table, ...(own ? [presetNames.records] : [])])],
      functions: [...new Set([...(own ? [presetNames.track] : []), ...this.#functions])],
    };
  }

  /** False if rows are hidden. Forgets earlier reads if a table or column was exchanged. */
  #means({ presets, records, hiddenBy }: Tables): boolean {
    const meaning = JSON.stringify([
      presets.oid,
      presets.key,
      presets.count,
      records.oid,
      records.preset,
      records.counted,
      records.aggregate,
    ]);
    const isAnother = meaning !== this.#meaning || hiddenBy.length > 0;
    if (isAnother) this.forget(hiddenBy.length > 0 ? 'found' : undefined);
    this.#meaning = meaning;
    return hiddenBy.length === 0;
  }

  #isOwnAt({ sentAt }: QueryTiming): (id: string) => boolean {
    const { ids, at } = this.#ownUntil;
    const own = [this.#own, sentAt <= at ? ids : null];
    return id => own.some(each => each === 'all' || each?.has(id));
  }

  #wait(found: Found): void {
    if (this.#waiting.length < mostWaiting) this.#waiting.push(found);
    else this.#more += 1;
  }
}

/** The table with the count, if it is not the row's own. */
function others({ via }: CounterDefinition): string[] {
  return via ? [via.table] : [];
}

function timesOf(before: QueryTiming, after: QueryTiming) {
  return { since: before.answered, at: after.answered, before, after };
}
