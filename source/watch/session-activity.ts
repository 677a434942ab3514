import { givenSetting, repairKey } from '../config/operation-marks.ts';
import type { ObservedChange } from '../counter/count-change.ts';
import { quotedLiteral, withoutComments, withoutLiterals } from './redact-sql.ts';

/** A session of the server at the time of a read. Times in milliseconds since 1970. */
export interface SeenSession {
  pid: number;
  application: string;
  user: string;
  /** Its address; null for a Unix socket, or if this role may not see it. */
  client: string | null;
  /** The server's name for it, such as `idle in transaction`; null if this role may not see it. */
  state: string | null;
  /** The running or last statement; null if this role may not see it. */
  query: string | null;
  /** True if its open transaction has written something. */
  wrote: boolean;
  /** When its transaction began; null if none is open. */
  transactionFrom: number | null;
  /** When its statement began, and when it entered its state; null if this role may not see it. */
  queryFrom: number | null;
  stateFrom: number | null;
  /** True if it looks like a session of this console: its role, address and application name. */
  own?: boolean;
  /** True if it holds the lock that keeps repairs apart, for a whole repair or for a batch. */
  holdsRepairLock?: boolean;
}

/** What a statement does to the tables, as far as its text shows. */
export type SessionActivity =
  | 'repairs'
  | 'makes-use'
  | 'sets-count'
  | 'inserts-records'
  | 'deletes-records'
  | 'calls'
  | 'writes'
  | 'commits'
  | 'hidden';

/** Sessions that did the same, seen writing between two reads. */
export interface WritingSession {
  application: string;
  user: string;
  client: string | null;
  activity: SessionActivity;
  /** Its statement without literals; null if this role may not see it, or if only its end was seen. */
  query: string | null;
  state: string | null;
  /** True if the statement contains the preset's key. */
  namesPreset: boolean;
  pids: number[];
  /** How often this client was seen writing at reads without an event: one that always writes is not a lead. */
  otherwise: { seen: number; of: number };
  /** When the first of them began its transaction or statement, and when the last one ended. */
  from: number;
  to: number;
}

/** The sessions that may have done it. */
export interface WritingSessions {
  /** Likeliest first, only a few. */
  seen: WritingSession[];
  /** How many more there were. */
  more: number;
  /** The number of sessions whose state and statement this role may not see. */
  hidden: number;
  /** False behind a pooler, where several clients share a connection. */
  direct: boolean;
}

export const noSessions: WritingSessions = { seen: [], more: 0, hidden: 0, direct: true };

/** Names by which a statement is recognised as one on these tables. */
export interface SessionNames {
  /** Names of the table of presets in statements, and of its count. */
  tables: readonly string[];
  count: string;
  /** Names of the table of records in statements. */
  records: readonly string[];
  /** Functions that make a use or write the count. */
  functions: readonly string[];
}

/** What a session did that had ended at the time of a read. */
export interface EndedWork extends SeenSession {
  from: number;
  to: number;
  activity: SessionActivity;
  /** Its statement, safe to show; null if there is none. */
  text: string | null;
}

/** What a session did between `from` and `to`; null if it wrote nothing. */
export function endedWork(
  session: SeenSession,
  { from, to }: Pick<EndedWork, 'from' | 'to'>,
  names: SessionNames,
): EndedWork | null {
  const activity = activityOf(session, names);
  if (activity === null) return null;
  const untold = activity === 'commits' || activity === 'repairs' || activity === 'makes-use';
  const text = session.query === null || untold ? null : tidy(session.query);
  return { ...session, from, to, activity, text };
}

/**
 * What a session did, judged by its statement and by whether it wrote; null if it only read. The server may have cut the
 * statement (track_activity_query_size).
 */
export function activityOf(
  { query, wrote, holdsRepairLock }: Pick<SeenSession, 'query' | 'wrote' | 'holdsRepairLock'>,
  names: SessionNames,
): SessionActivity | null {
  const own = query === null ? null : consoleBlock(query);
  if (holdsRepairLock || own === 'repair') return 'repairs';
  if (own === 'use') return 'makes-use';
  // It is rolled back.
  if (own === 'simulation') return null;
  if (query === null) return wrote ? 'hidden' : null;
  const text = withoutComments(withoutLiterals(query));
  const { sets, inserts, deletes, calls } = patternsFor(names);
  if (sets.test(text)) return 'sets-count';
  if (inserts.test(text)) return 'inserts-records';
  if (deletes.test(text)) return 'deletes-records';
  if (calls.test(text)) return 'calls';
  if (wrote) return 'writes';
  if (/^\s*(?:commit|end)\b/i.test(text)) return 'commits';
  return /\b(?:insert|update|delete|merge|truncate|copy|call|do)\b/i.test(text) ? 'writes' : null;
}

/**
 * What a block or a lock of a console like this one is for, by the beginning of its text; null for any other statement.
 * The server may have cut the rest.
 */
function consoleBlock(query: string): 'repair' | 'use' | 'simulation' | null {
  if (query.includes(repairKey)) return 'repair';
  if (!(query.startsWith('DO $') && query.includes(`current_setting('${givenSetting}', true)`))) return null;
  const [, next] = /\n {2}given jsonb := [^;]*;\s+(held jsonb|(?:own_\w+ [^;]*;\s+)+\w+)/.exec(query) ?? [];
  if (next === 'held jsonb') return 'repair';
  return next?.endsWith('before_count') ? 'use' : 'simulation';
}

// Sessions are read every two seconds, nearly always with the same names.
let compiled: { key: string; patterns: Record<'sets' | 'inserts' | 'deletes' | 'calls', RegExp> } | null =
  null;

/** Patterns instead of a parser, because the server cuts long statements, and a parser refuses half a statement. */
function patternsFor(names: SessionNames) {
  const key = JSON.stringify(names);
  if (compiled?.key === key) return compiled.patterns;
  const any = (words: readonly string[]) => words.map(quotedLiteral).join('|');
  const table = (words: readonly string[]) =>
    String.raw`(?:only\s+)?(?:table\s+)?(?:only\s+)?(?:(?:"[^"]+"|[\w$]+)\s*\.\s*)?"?(?:${any(words)})"?(?!\w)`;
  const count = `"?${quotedLiteral(names.count)}"?`;
  const patterns = {
    sets: new RegExp(
      String.raw`\b(?:update|merge\s+into|insert\s+into)\s+${table(names.tables)}[^;]*?(?:(?:\bset\b|,)\s*${count}\s*=|\bset\s*\([^)]*${count}[^)]*\)\s*=)`,
      'i',
    ),
    inserts: new RegExp(String.raw`\b(?:insert\s+into|copy|merge\s+into)\s+${table(names.records)}`, 'i'),
    deletes: new RegExp(String.raw`\b(?:delete\s+from|truncate)\s+${table(names.records)}`, 'i'),
    calls: new RegExp(String.raw`\b(?:${any(names.functions)})"?\s*\(`, 'i'),
  };
  compiled = { key, patterns };
  return patterns;
}

// A longer list would not be read.
const mostWriters = 5;
const longestQuery = 400;

/** What the ranking needs: the preset's key, what happened to it, and how often each client writes at other times. */
export interface Ranking {
  id: string;
  change: ObservedChange;
  otherwise: (client: Pick<WritingSession, 'application' | 'user' | 'client'>) => WritingSession['otherwise'];
}

/**
 * The sessions seen writing between two reads of a preset, likeliest first; `work` is what ended in between. It is only a
 * ranking, because the server does not say which session wrote a row.
 */
export function rankWriters(
  work: readonly EndedWork[],
  { id, change, otherwise }: Ranking,
): Pick<WritingSessions, 'seen' | 'more'> {
  const groups = new Map<string, WritingSession>();
  for (const session of work) {
    const { pid, application, user, client, state, activity, text: query, from, to } = session;
    const namesPreset = session.query?.includes(id) === true;
    const key = JSON.stringify([application, user, client, activity, query, namesPreset]);
    const known = groups.get(key);
    if (!known) {
      const who = { application, user, client };
      groups.set(key, {
        ...who,
        activity,
        query,
        state,
        namesPreset,
        pids: [pid],
        otherwise: otherwise(who),
        from,
        to,
      });
      continue;
    }
    if (!known.pids.includes(pid)) known.pids.push(pid);
    known.from = Math.min(known.from, from);
    known.to = Math.max(known.to, to);
  }
  const ranked = [...groups.values()].sort(
    (a, b) => weighWriter(a, change) - weighWriter(b, change) || b.to - a.to,
  );
  return { seen: ranked.slice(0, mostWriters), more: Math.max(0, ranked.length - mostWriters) };
}

// A client that is seen writing at every read drops by three ranks.
const always = 3;

/** How unlikely it is that a writer made such a change: less is likelier. */
export function weighWriter(
  { activity, namesPreset, otherwise }: WritingSession,
  change: ObservedChange,
): number {
  const share = otherwise.of === 0 ? 0 : otherwise.seen / otherwise.of;
  return likeliest(change).indexOf(activity) - (namesPreset ? 0.5 : 0) + always * share;
}

function tidy(query: string): string {
  const text = withoutLiterals(query).replace(/\s+/g, ' ').trim();
  return text.length > longestQuery ? `${text.slice(0, longestQuery - 3)}...` : text;
}

/** Which activities make such a change, likeliest first. */
function likeliest({ countBy, recordsBy }: ObservedChange): SessionActivity[] {
  const rest: SessionActivity[] = ['writes', 'hidden', 'commits'];
  if (recordsBy !== null && recordsBy < 0)
    return ['repairs', 'deletes-records', 'sets-count', 'calls', 'inserts-records', 'makes-use', ...rest];
  // There are new records that were not counted.
  if (recordsBy !== null && recordsBy > countBy && countBy >= 0)
    return ['repairs', 'makes-use', 'inserts-records', 'calls', 'sets-count', 'deletes-records', ...rest];
  return ['repairs', 'sets-count', 'calls', 'inserts-records', 'deletes-records', 'makes-use', ...rest];
}
