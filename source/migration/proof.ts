import { trackName } from '../trigger/expected-names.ts';

/** What a proof plays, each in a transaction of its own that is rolled back. */
export const proofEvents = [
  'insert',
  'rows',
  'call',
  'upsert-nothing',
  'upsert-update',
  'delete',
  'move',
  'partition',
  'replicated',
  'truncate',
] as const;
export type ProofEvent = (typeof proofEvents)[number];

/** What an event did to one of the two presets that it was played with. */
export interface ProofChange {
  /** Records added; negative if they were removed. */
  records: number;
  /** What the count rose by. */
  count: number;
}

/** How an event went: counted right, counted wrong, failed with an error, or not played. */
export interface ProofOutcome {
  result: 'right' | 'wrong' | 'failed' | 'not-played';
  changes: ProofChange[];
  /** The SQLSTATE and the message of an error, or why it was not played. */
  code: string | null;
  message: string | null;
  /** For a call of the function for a use: whether it stored a user; null where that was not looked at. */
  user: boolean | null;
}

/** An event today, and after the migration. */
export interface ProvenEvent {
  event: ProofEvent;
  before: ProofOutcome;
  after: ProofOutcome;
}

/** What was played to see what a migration does to counting. */
export interface MigrationProof {
  /** True if an insert counts right afterwards, and no event is worse than it is today. */
  proved: boolean;
  /** Why nothing is proved; null if it is. */
  reason: string | null;
  /** Empty if nothing was played. */
  events: ProvenEvent[];
}

/** What a plan says if nothing could be played. */
export function unproved(reason: string): MigrationProof {
  return { proved: false, reason, events: [] };
}

/** Judges what was played. */
export function judgeProof(events: ProvenEvent[]): MigrationProof {
  const insert = events.find(({ event }) => event === 'insert');
  const [worse] = worsened(events);
  const unplayed = events.find(wasRefused);
  const reason = worse
    ? `${eventNames[worse.event]}: ${outcomeWords(worse.before)} today, ${outcomeWords(worse.after)} afterwards`
    : insert?.after.result === 'right' && unplayed
      ? `${eventNames[unplayed.event]} was not played: ${unplayed.after.message}`
      : insert?.after.result === 'right'
        ? null
        : `${eventNames.insert} is not counted right afterwards: ${insert ? outcomeWords(insert.after) : 'not played'}`;
  return { proved: reason === null, reason, events };
}

/** The events that go better today than they would afterwards. */
export function worsened(events: readonly ProvenEvent[]): ProvenEvent[] {
  return events.filter(({ before, after }) => {
    if (before.result === 'not-played' || after.result === 'not-played') return false;
    if (before.user === true && after.user === false && before.result !== 'failed') return true;
    // A use that fails is lost; one that is counted wrong can be mended by a sync.
    return rank[after.result] > rank[before.result];
  });
}

/** Whether an event that matters here was not played, because this role may not. */
function wasRefused({ after }: ProvenEvent): boolean {
  return after.result === 'not-played' && after.code !== null;
}

const rank = { right: 0, wrong: 1, failed: 2 } as const;

/** The events in words, as the subject of a sentence. */
export const eventNames: Record<ProofEvent, string> = {
  insert: 'inserting a record',
  rows: 'inserting three records at once',
  call: `calling ${trackName}()`,
  'upsert-nothing': 'inserting again with ON CONFLICT DO NOTHING',
  'upsert-update': 'inserting again with ON CONFLICT DO UPDATE',
  delete: 'deleting a record',
  move: 'moving a record to another preset',
  partition: 'inserting straight into a partition',
  replicated: 'a record from a replication worker',
  truncate: 'truncating the records',
};

/** An outcome in a few words. */
export function outcomeWords({ result, changes, code, message, user }: ProofOutcome): string {
  if (result === 'not-played') return `not played (${message ?? code ?? 'no reason'})`;
  if (result === 'failed') return `fails with ${code}`;
  const words =
    result === 'right'
      ? 'right'
      : changes
          .filter(({ records, count }) => records !== count)
          .map(
            ({ records, count }) =>
              `${signed(records)} ${Math.abs(records) === 1 ? 'record' : 'records'} but count ${signed(count)}`,
          )
          .join(', ');
  return user === false ? `${words}, no user stored` : words;
}

function signed(value: number): string {
  return value > 0 ? `+${value}` : String(value);
}
