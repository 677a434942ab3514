import type { ObservedChange } from '../counter/count-change.ts';
import { quotedLiteral, withoutComments, withoutLiterals } from './redact-sql.ts';

/** A session of the server as a look found it. Times in milliseconds since 1970. */
export interface SeenSession {
  pid: number;
  application: string;
  user: string;
  /** Its address; null over a unix socket, and where this role may not see it. */
  client: string | null;
  /** As the server calls it, such as `idle in transaction`; null where this role may not see it. */
  state: string | null;
  /** The statement that runs, or the last one that did; null where this role may not see it. */
  query: string | null;
  /** True while its transaction has written something. */
  wrote: boolean;
  /** When its transaction began; null where none is open. */
  transactionFrom: number | null;
  /** When its statement began, and when it came to its state; null where this role may not see it. */
  queryFrom: number | null;
  stateFrom: number | null;
}

/** What a statement does to the tables, as far as its text tells. */
export type SessionActivity =
  | 'sets-count'
  | 'inserts-records'
  | 'deletes-records'
  | 'calls'
  | 'writes'
  | 'commits'
  | 'hidden';

/** Sessions that did the same, seen writing between two looks. */
export interface WritingSession {
  application: string;
  user: string;
  client: string | null;
  deed: SessionActivity;
  /** Its statement, its literals left out; null where this role may not see it, or where only its end was seen. */
  query: string | null;
  state: string | null;
  /** True where the statement has the preset's key written in it. */
  namesPreset: boolean;
  pids: number[];
  /** At how many of the looks without an event this client was seen writing too: who always is, is no lead. */
  otherwise: { seen: number; of: number };
  /** When the earliest of them began its transaction or statement, and when the last one ended. */
  from: number;
  to: number;
}

/** Who may have been it. */
export interface WritingSessions {
  /** The likeliest first, a few at the most. */
  seen: WritingSession[];
  /** How many more there were. */
  more: number;
  /** Sessions of which this role may see neither the state nor the statement. */
  hidden: number;
  /** False where the connections are a pooler's, which more than one client uses in turn. */
  direct: boolean;
}

export const noSessions: WritingSessions = { seen: [], more: 0, hidden: 0, direct: true };

/** Names that a statement has to mention to be of these tables. */
export interface SessionNames {
  /** What statements may call the table of presets, and what they call its count. */
  tables: readonly string[];
  count: string;
  /** What statements may call the table of records. */
  records: readonly string[];
  /** Functions that a use is made by, or that write the count. */
  functions: readonly string[];
}

/** What a session did that was over at a look. */
export interface EndedWork extends SeenSession {
  from: number;
  to: number;
  deed: SessionActivity;
  /** Its statement as it may be shown; null where there is none to show. */
  text: string | null;
}

/** What a session did between `from` and `to`; null where it wrote nothing. */
export function endedWork(
  session: SeenSession,
  { from, to }: Pick<EndedWork, 'from' | 'to'>,
  names: SessionNames,
): EndedWork | null {
  const deed = activityOf(session, names);
  if (deed === null) return null;
  const text = session.query === null || deed === 'commits' ? null : tidy(session.query);
  return { ...session, from, to, deed, text };
}

/**
 * What a session did, going by its statement and by whether it wrote; null where it only read. A statement that was cut by
 * the server (track_activity_query_size) is read as far as it goes.
 */
export function activityOf(
  { query, wrote }: Pick<SeenSession, 'query' | 'wrote'>,
  names: SessionNames,
): SessionActivity | null {
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

// Sessions are looked at every other second, nearly always with the same names.
let compiled: { key: string; patterns: Record<'sets' | 'inserts' | 'deletes' | 'calls', RegExp> } | null =
  null;

/**
 * What a statement is known by. A parser is no help here: the server cuts long statements, and half of one is what it refuses.
 */
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

// More than this many make a list that nobody reads.
const mostWriters = 5;
const longestQuery = 400;

/** What the ranking goes by: the preset's key, what happened to it, and what each client does at other times. */
export interface Ranking {
  id: string;
  change: ObservedChange;
  otherwise: (client: Pick<WritingSession, 'application' | 'user' | 'client'>) => WritingSession['otherwise'];
}

/**
 * Who was seen writing between two looks at a preset, the likeliest first: `work` is what ended in between. Only that much is
 * said: the server does not tell which session wrote a row.
 */
export function rankWriters(
  work: readonly EndedWork[],
  { id, change, otherwise }: Ranking,
): Pick<WritingSessions, 'seen' | 'more'> {
  const groups = new Map<string, WritingSession>();
  for (const session of work) {
    const { pid, application, user, client, state, deed, text: query, from, to } = session;
    const namesPreset = session.query?.includes(id) === true;
    const key = JSON.stringify([application, user, client, deed, query, namesPreset]);
    const known = groups.get(key);
    if (!known) {
      const who = { application, user, client };
      groups.set(key, {
        ...who,
        deed,
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

// To be seen at every other look weighs as much as three deeds that are less likely.
const always = 3;

/** How far a writer is from being what would do such a change: less is likelier. */
export function weighWriter(
  { deed, namesPreset, otherwise }: WritingSession,
  change: ObservedChange,
): number {
  const share = otherwise.of === 0 ? 0 : otherwise.seen / otherwise.of;
  return likeliest(change).indexOf(deed) - (namesPreset ? 0.5 : 0) + always * share;
}

function tidy(query: string): string {
  const text = withoutLiterals(query).replace(/\s+/g, ' ').trim();
  return text.length > longestQuery ? `${text.slice(0, longestQuery - 3)}...` : text;
}

/** What would do such a thing, the likeliest first. */
function likeliest({ countBy, recordsBy }: ObservedChange): SessionActivity[] {
  const rest: SessionActivity[] = ['writes', 'hidden', 'commits'];
  if (recordsBy !== null && recordsBy < 0)
    return ['deletes-records', 'sets-count', 'calls', 'inserts-records', ...rest];
  // Records came that nobody counted; or the count moved by itself.
  if (recordsBy !== null && recordsBy > countBy && countBy >= 0)
    return ['inserts-records', 'calls', 'sets-count', 'deletes-records', ...rest];
  return ['sets-count', 'calls', 'inserts-records', 'deletes-records', ...rest];
}
