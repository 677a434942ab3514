import type { CountChange, WriteKind } from './finding.ts';
import { ownTrigger, trackFunction } from './names.ts';

/** What is known of a write when its reason is put into words. */
interface ReasonContext {
  kind: WriteKind;
  how: CountChange | null;
  /** The line, in the same function, that inserts a record. */
  record: number | null;
  line: number;
  readBefore: boolean;
  through: string | null;
  routine: string | null;
  trigger: string | null;
}

const trigger = `the trigger ${ownTrigger}`;

/** Why a write is wrong while the trigger counts, in a sentence or two. */
export function whyOf(about: ReasonContext): string {
  const { kind, how, record, line, readBefore, through, routine, trigger: run } = about;
  if (kind === 'trigger-disabled') {
    return `It turns ${trigger} off and nothing that was read turns it on again: uses made meanwhile are recorded and never counted.`;
  }
  const place = through && kind !== 'rpc' ? `${through}() writes what it is given. ` : '';
  const racing = readBefore
    ? ' It also writes back what was read before: uses at the same time overwrite each other.'
    : '';
  if (how === 'zero') {
    return `${place}It sets the count to 0 and leaves the records: from then on the count is too low by all of them.`;
  }
  if (how === 'subtracts') {
    return `${place}The count is the number of records, and ${trigger} keeps it: a subtraction by hand is wrong by one for every time it runs without exactly one record being deleted.${racing}`;
  }
  if (kind === 'migration-counter') {
    const by = run ? `${run} runs it` : `whoever calls ${routine}() runs it`;
    return how === 'adds'
      ? `${capital(by)} for a use that ${trigger} counts already: counted twice.`
      : `${capital(by)}, beside ${trigger}: two writers of one count.`;
  }
  if (kind === 'rpc' || (routine !== null && how === 'adds')) {
    const name = through ?? routine;
    const twice =
      record === null
        ? `${name}() adds to a count that ${trigger} keeps: a use that is recorded counts twice, one that is not counts without a record.`
        : `It inserts a record on line ${record} and calls ${name}() on line ${line}: counted twice, by the trigger and by the call.`;
    return twice;
  }
  if (record !== null) {
    const set = how === 'adds' ? 'adds to' : 'sets';
    return `${place}It inserts a record on line ${record} and ${set} the count on line ${line}: counted twice, by ${trigger} and by hand.${readBefore ? ' Racing uses overwrite each other as well: the count is read, then written.' : ''}`;
  }
  if (how === 'adds') {
    return `${place}A use that is recorded is counted by ${trigger}; adding one by hand counts it twice, and a use without a record counts though there is none.${racing}`;
  }
  return `${place}The count is the number of records, and ${trigger} keeps it: a value set by hand is right by chance, and overwrites uses made meanwhile.`;
}

/** What to do about it. */
export function hintOf({ kind, how, record, routine, trigger: run }: ReasonContext): string {
  if (kind === 'trigger-disabled') {
    return `Turn it on again in the same transaction (ALTER TABLE preset_usage ENABLE TRIGGER ${ownTrigger}), then run preset-usage sync.`;
  }
  if (how === 'zero') return 'Use preset-usage reset, which can delete the records too and can be undone.';
  if (kind === 'migration-counter') {
    return run && routine
      ? `Drop the trigger in a new migration (DROP TRIGGER ${run}), then run preset-usage sync.`
      : run
        ? 'Drop it in a new migration, then run preset-usage sync.'
        : `Replace ${routine}() by one that only inserts the record, or drop it, in a new migration; then run preset-usage sync.`;
  }
  const call = kind === 'rpc' || routine !== null ? 'the call' : 'the write';
  return record === null
    ? `Remove ${call} and record the use instead: ${trackFunction}() or an insert into preset_usage. Then run preset-usage sync.`
    : `Remove ${call}: the trigger counts the inserted record. Then run preset-usage sync.`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
