import type { QueryTiming } from '../../connection/query-timing.ts';
import {
  type EndedWork,
  endedWork,
  type SeenSession,
  type SessionNames,
  type WritingSession,
} from '../session-activity.ts';
import type { SessionSample } from '../sessions.ts';

// What a look that is minutes apart from the one before could still ask for, and no more than is soon gone through.
const keptFor = 10 * 60_000;
const mostKept = 500;
// Applications, roles and addresses: no database has so many of them.
const mostClients = 1_000;

/**
 * The sessions that were seen at work in the last few minutes. What runs at one look and is gone at the next ended in between; an
 * idle session still shows its last statement and when it ended. Times are taken to this machine's clock, by which looks are
 * told. Kept in memory alone, since a statement may have anybody's secret in it.
 */
export class SessionLog {
  #open: Work[] = [];
  #ended: EndedWork[] = [];
  /** How far clocks may be apart after all: the time that the last answer took. */
  #blur = 0;
  /** At how many looks a client had ended something that wrote, and how many of those fell into the time of an event. */
  readonly #habits = new Map<string, { looks: number; eventful: number }>();
  #looks = 0;
  #eventful = 0;
  /** The last looks that no event has fallen into so far, each with who was writing. */
  #quiet: { at: number; clients: string[] }[] = [];
  /** Sessions hidden from this role at the last look. */
  hidden = 0;
  /** The server's clock at the last look; null before the first. */
  since: number | null = null;

  add({ sessions, hidden, now }: SessionSample, { sent, answered }: QueryTiming, names: SessionNames): void {
    const ahead = now - (sent + answered) / 2;
    const here = (time: number | null, otherwise: number) => (time === null ? otherwise : time - ahead);
    const present = new Map(sessions.map(session => [session.pid, session]));
    const still: Work[] = [];
    const over: (EndedWork | null)[] = [];
    for (const { session: before, from } of this.#open) {
      const session = present.get(before.pid);
      if (session && isAtWork(session) && session.transactionFrom === before.transactionFrom) continue;
      // It was seen with a statement of its own; now it may show nothing but COMMIT.
      over.push(endedWork({ ...before, state: session?.state ?? null }, { from, to: answered }, names));
      if (session && !isAtWork(session)) present.delete(before.pid);
    }
    for (const session of present.values()) {
      const from = here(session.transactionFrom ?? session.queryFrom, sent);
      if (isAtWork(session)) still.push({ session, from });
      else over.push(endedWork(session, { from, to: here(session.stateFrom, answered) }, names));
    }
    const ended = over.filter(work => work !== null);
    this.#open = still;
    this.#ended = [...this.#ended.filter(({ to }) => to > answered - keptFor), ...ended].slice(-mostKept);
    this.#learn(ended, answered);
    this.#blur = answered - sent;
    this.hidden = hidden;
    this.since = now;
  }

  /** Takes it that something came out of step between `from` and now: the looks since then say nothing of quiet times. */
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

  /** At how many of the looks without an event a client was seen writing too. */
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

  /** What ended after `from` and began before `to`. What is still open has written nothing that could be seen. */
  between(from: number, to: number): EndedWork[] {
    return this.#ended.filter(work => work.to >= from - this.#blur && work.from <= to + this.#blur);
  }
}

/** A session that is at work, and since when. */
interface Work {
  session: SeenSession;
  from: number;
}

type Client = Pick<SeenSession, 'application' | 'user' | 'client'>;

function keyOf({ application, user, client }: Client): string {
  return JSON.stringify([application, user, client]);
}

function isAtWork({ state, wrote }: SeenSession): boolean {
  return wrote || (state !== null && state !== 'idle' && state !== 'disabled');
}
