import type { QueryTiming } from '../../connection/query-timing.ts';
import {
  type EndedWork,
  endedWork,
  type SeenSession,
  type SessionNames,
  type WritingSession,
} from '../session-activity.ts';
import type { SessionSample } from '../sessions.ts';

// In milliseconds and sessions: enough for reads that are minutes apart, and few enough to search quickly.
const keptFor = 10 * 60_000;
const mostKept = 500;
// Combinations of application, role and address; no database has that many.
const mostClients = 1_000;

/**
 * The sessions that were seen working in the last few minutes. One that runs at one read and is gone at the next ended in
 * between. An idle session still shows its last statement and when it ended. Times are converted to this machine's clock.
 * Kept in memory only, because statements may contain secrets.
 */
export class SessionLog {
  #open: Work[] = [];
  #ended: EndedWork[] = [];
  /** The remaining uncertainty of converted times: how long the last answer took. */
  #blur = 0;
  /** For each client, the reads at which it had just written, and how many of those were at the time of an event. */
  readonly #habits = new Map<string, { looks: number; eventful: number }>();
  #looks = 0;
  #eventful = 0;
  /** The last reads without an event so far, each with the clients that were writing. */
  #quiet: { at: number; clients: string[] }[] = [];
  #names: SessionNames = { tables: [], count: '', records: [], functions: [] };
  /** Sessions hidden from this role at the last read. */
  hidden = 0;
  /** The server's clock at the last read; null before the first. */
  since: number | null = null;

  add({ sessions, hidden, now }: SessionSample, { sent, answered }: QueryTiming, names: SessionNames): void {
    const ahead = now - (sent + answered) / 2;
    const toLocal = (time: number | null, otherwise: number) => (time === null ? otherwise : time - ahead);
    const present = new Map(sessions.map(session => [session.pid, session]));
    const working: Work[] = [];
    const finished: (EndedWork | null)[] = [];
    const known = new Map<number, number>();
    for (const { session: before, from } of this.#open) {
      const session = present.get(before.pid);
      if (session && isAtWork(session) && session.transactionFrom === before.transactionFrom) {
        known.set(before.pid, from);
        continue;
      }
      // Use the statement seen earlier: now it may show only COMMIT.
      finished.push(endedWork({ ...before, state: session?.state ?? null }, { from, to: answered }, names));
      if (session && !isAtWork(session)) present.delete(before.pid);
    }
    for (const session of present.values()) {
      // Where the server does not tell, it has been at work since it was first seen.
      const from = toLocal(session.transactionFrom ?? session.queryFrom, known.get(session.pid) ?? sent);
      if (isAtWork(session)) working.push({ session, from });
      else finished.push(endedWork(session, { from, to: toLocal(session.stateFrom, answered) }, names));
    }
    const ended = finished.filter(work => work !== null);
    this.#open = working;
    this.#names = names;
    this.#ended = [...this.#ended.filter(({ to }) => to > answered - keptFor), ...ended].slice(-mostKept);
    this.#learn(ended, answered);
    this.#blur = answered - sent;
    this.hidden = hidden;
    this.since = now;
  }

  /** Call it when something went out of step after `from`: the reads since then are not without an event. */
  wasEventfulSince(from: number): void {
    for (const { clients } of this.#quiet.filter(({ at }) => at > from)) {
      this.#eventful += 1;
      for (const key of clients) {
        const habit = this.#habits.get(key);
        if (habit) habit.eventful += 1;
      }
    }
    this.#quiet = this.#quiet.filter(({ at }) => at <= from);
  }

  /** How often a client was seen writing at reads without an event. */
  otherwise(client: Client): WritingSession['otherwise'] {
    const { looks, eventful } = this.#habits.get(keyOf(client)) ?? { looks: 0, eventful: 0 };
    return { seen: Math.max(0, looks - eventful), of: Math.max(0, this.#looks - this.#eventful) };
  }

  #learn(ended: readonly EndedWork[], at: number): void {
    const clients = [...new Set(ended.map(keyOf))];
    this.#looks += 1;
    this.#quiet = [...this.#quiet.slice(1 - mostKept), { at, clients }];
    for (const key of clients) {
      const habit = this.#habits.get(key);
      if (habit) habit.looks += 1;
      else if (this.#habits.size < mostClients) this.#habits.set(key, { looks: 1, eventful: 0 });
    }
  }

  /**
   * Work that ended after `from` and began before `to`. A transaction that holds what it wrote cannot have caused a visible change.
   * But what a session committed is seen a moment before it is idle, and a repair that is still running commits each of its batches.
   */
  between(from: number, to: number): EndedWork[] {
    const unfinished = this.#open.map(({ session, from: began }): EndedWork | null => {
      if (session.holdsRepairLock) return { ...session, from: began, to, activity: 'repairs', text: null };
      const mayHaveCommitted = session.state === 'active' && !session.wrote;
      return mayHaveCommitted ? endedWork(session, { from: began, to }, this.#names) : null;
    });
    return [...this.#ended, ...unfinished.filter(work => work !== null)].filter(
      work => work.to >= from - this.#blur && work.from <= to + this.#blur,
    );
  }
}

/** A session that is working, and since when. */
interface Work {
  session: SeenSession;
  from: number;
}

type Client = Pick<SeenSession, 'application' | 'user' | 'client'>;

function keyOf({ application, user, client }: Client): string {
  return JSON.stringify([application, user, client]);
}

function isAtWork({ state, wrote, holdsRepairLock }: SeenSession): boolean {
  return wrote || holdsRepairLock === true || (state !== null && state !== 'idle' && state !== 'disabled');
}
