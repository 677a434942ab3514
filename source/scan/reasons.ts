import { hintOfCounter, whyOfCounter } from './counter-reasons.ts';
import type { ReasonContext } from './reason-context.ts';
import { names } from './subject.ts';

/** Why a write is wrong while the trigger counts, in a sentence or two. */
export function whyOf(about: ReasonContext): string {
  const { own } = names();
  if (own === null) return whyOfCounter(about, names());
  const trigger = `the trigger ${own.trigger}`;
  const { kind, how, record, line, readBefore, through, routine, trigger: run } = about;
  if (kind === 'trigger-disabled') {
    return `It turns ${trigger} off, and nothing in the scanned files turns it on again: uses made after that are recorded but never counted.`;
  }
  if (about.inserts) {
    return `New presets begin with a count that another source gives them. The count is the number of records, kept by ${trigger}: without as many records it is wrong from the start.`;
  }
  const place = through && kind !== 'rpc' ? `${through}() writes the value passed to it. ` : '';
  const racing = readBefore
    ? ' It also writes back what it read before: simultaneous uses overwrite each other.'
    : '';
  // Only a row that is written back as it was read sets what was read before.
  if (how === 'sets' && readBefore) {
    return `${place}It writes a whole row back with the count that it read: uses counted in between are lost.`;
  }
  if (how === 'zero') {
    return `${place}It sets the count to 0 but keeps the records: the count is then too low by all of them.`;
  }
  if (how === 'subtracts') {
    return `${place}The count is the number of records, kept by ${trigger}. Each subtraction by hand that does not come with exactly one deleted record makes it too low by one.${racing}`;
  }
  if (kind === 'migration-counter') {
    const by = run ? `${run} runs it` : `every call of ${routine}() runs it`;
    return how === 'adds'
      ? `${capital(by)} for a use that ${trigger} already counts: counted twice.`
      : `${capital(by)} in addition to ${trigger}: the count has two writers.`;
  }
  if (kind === 'rpc' || (routine !== null && how === 'adds')) {
    const name = through ?? routine;
    const twice =
      record === null
        ? `${name}() adds to a count that ${trigger} keeps: a recorded use counts twice, any other counts without a record.`
        : `It inserts a record on line ${record} and calls ${name}() on line ${line}: counted twice, by the trigger and by the call.`;
    return twice;
  }
  if (record !== null) {
    const set = how === 'adds' ? 'adds to' : 'sets';
    return `${place}It inserts a record on line ${record} and ${set} the count on line ${line}: counted twice, by ${trigger} and by hand.${readBefore ? ' Simultaneous uses also overwrite each other: the count is read, then written.' : ''}`;
  }
  if (how === 'adds') {
    return `${place}A recorded use is counted by ${trigger}. Adding one by hand counts it twice, or counts a use that has no record.${racing}`;
  }
  return `${place}The count is the number of records, kept by ${trigger}: a value set by hand is only right by chance, and overwrites simultaneous uses.`;
}

/** What to do about it. */
export function hintOf(about: ReasonContext): string {
  const subject = names();
  const { own, column, records } = subject;
  if (own === null) return hintOfCounter(about, subject);
  const { kind, how, record, readBefore, inserts, routine, trigger: run } = about;
  if (kind === 'trigger-disabled') {
    return `Turn it on again in the same transaction (ALTER TABLE ${records} ENABLE TRIGGER ${own.trigger}), then run preset-usage sync.`;
  }
  if (inserts) {
    return `Leave ${column} out, so that it begins at 0, and insert the records. If it has run, run preset-usage sync.`;
  }
  if (how === 'sets' && readBefore) {
    return `Write only the columns that change, or take ${column} out of the row. Then run preset-usage sync.`;
  }
  if (how === 'zero') return 'Use preset-usage reset, which can delete the records too and can be undone.';
  if (kind === 'migration-counter') {
    return run && routine
      ? `Drop the trigger in a new migration (DROP TRIGGER ${run}), then run preset-usage sync.`
      : run
        ? 'Drop it in a new migration, then run preset-usage sync.'
        : `In a new migration, drop ${routine}() or replace it with one that only inserts the record. Then run preset-usage sync.`;
  }
  const call = kind === 'rpc' || routine !== null ? 'the call' : 'the write';
  return record === null
    ? `Remove ${call} and record the use instead: ${own.track}() or an insert into ${records}. Then run preset-usage sync.`
    : `Remove ${call}: the trigger counts the inserted record. Then run preset-usage sync.`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
