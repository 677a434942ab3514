import { listed } from '../format/plurals.ts';
import type { Note } from './finding.ts';
import type { ReasonContext } from './reason-context.ts';
import type { ScanSubject } from './subject.ts';

/** What keeps the count, as far as the database says: `the trigger a keeps`; null if it was not asked or has nothing. */
function keepers({ writers }: ScanSubject): string | null {
  const { triggers = [], functions = [] } = writers ?? {};
  const [what, names] =
    triggers.length > 0 ? ['trigger', triggers] : ['function', functions.map(name => `${name}()`)];
  if (names.length === 0) return null;
  return names.length === 1 ? `the ${what} ${names[0]} keeps` : `the ${what}s ${listed(names)} keep`;
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Why a write of another counter than that of presets is wrong if something keeps the count, in a sentence or two. */
export function whyOfCounter(about: ReasonContext, subject: ScanSubject): string {
  const { column, records, nouns } = subject;
  const kept = keepers(subject);
  const ifKept = (it: string) => (kept === null ? `If a trigger keeps ${it},` : `${capital(kept)} ${it}:`);
  const { kind, how, record, line, readBefore, through, routine, trigger, inserts } = about;
  const [one, many] = nouns.record;
  if (kind === 'trigger-disabled') {
    return trigger === null
      ? `It turns the triggers of ${records} off, and nothing in the scanned files turns them on again. If one keeps ${column}, ${many} stored after that are not counted.`
      : `It turns the trigger ${trigger} off, and nothing in the scanned files turns it on again: ${many} stored after that are not counted.`;
  }
  const place = through && kind !== 'rpc' ? `${through}() writes the value passed to it. ` : '';
  const racing = readBefore
    ? ' It also writes back what it read before: simultaneous changes overwrite each other.'
    : '';
  if (inserts) {
    return `New ${nouns.row[1]} begin with a value of ${column} that another source gives them. Without the ${many} for it, it is wrong from the start.`;
  }
  if (how === 'sets' && readBefore) {
    return `${place}It writes a whole row back with the ${column} that it read: changes made in between are lost.`;
  }
  if (how === 'zero')
    return `${place}It sets ${column} to 0 but keeps the ${many}: the count is then too low by all of them.`;
  if (how === 'subtracts') {
    return `${place}${column} follows from the ${many}. ${ifKept('it')} each subtraction by hand makes it too low.${racing}`;
  }
  const name = through ?? routine;
  if (kind === 'migration-counter') {
    return `${name === null ? 'It' : `${name}()`} writes ${column} too. ${ifKept('it')} the count has two writers.`;
  }
  if (record !== null) {
    const by = kind === 'rpc' ? `calls ${name}()` : `writes ${column}`;
    return `${place}It inserts one ${one} on line ${record} and ${by} on line ${line}: ${kept === null ? 'if a trigger keeps the count,' : `${kept} the count, so`} that counts twice.${racing}`;
  }
  if (kind === 'rpc' || (routine !== null && how === 'adds')) {
    return `${name}() adds to ${column}. ${ifKept('it')} a stored ${one} counts twice, and any other call counts without one.`;
  }
  if (how === 'adds') {
    return `${place}${ifKept(column)} adding by hand counts a stored ${one} twice, or counts one that was not stored.${racing}`;
  }
  return `${place}${column} follows from the ${many}: a value set by hand is only right by chance, and overwrites simultaneous changes.`;
}

/** What to do about it. */
export function hintOfCounter({ kind, how, trigger, inserts }: ReasonContext, subject: ScanSubject): string {
  const { counter, column, records, nouns } = subject;
  const check = `preset-usage trigger --counter ${counter} shows what keeps the count.`;
  if (kind === 'trigger-disabled')
    return `Turn ${trigger === null ? 'them' : 'it'} on again in the same transaction (ALTER TABLE ${records} ENABLE TRIGGER ${trigger ?? 'ALL'}). ${check}`;
  if (inserts) return `Leave ${column} out, and insert the ${nouns.record[1]}. ${check}`;
  if (how === 'zero')
    return `Use preset-usage reset --counter ${counter}, which can delete the ${nouns.record[1]} too and can be undone.`;
  const remove = `remove the write and only store the ${nouns.record[0]}.`;
  if (keepers(subject) !== null) return `${capital(remove)} ${check}`;
  return subject.writers
    ? `Nothing in the database was found that keeps it, so this may be what does. Otherwise ${remove} ${check}`
    : `If the database keeps it, ${remove} ${check}`;
}

/** What a note says of another counter. */
export function messageOfCounter(kind: Note['kind'], { column, nouns }: ScanSubject): string {
  const messages: Record<Note['kind'], string> = {
    recount: `It computes ${column} from the ${nouns.record[1]} again, so nothing counts twice. Changes that commit meanwhile may be lost.`,
    reset: `It sets ${column} to 0 once but keeps the ${nouns.record[1]}. preset-usage reset shows what that changes, and can be undone.`,
    'row-saved': `It saves a row that was read before, and may write back a value of ${column} that has changed since. Write the changed columns alone.`,
    'insert-with-count': `A new ${nouns.row[0]} starts with a value of ${column} that has no ${nouns.record[1]}.`,
  };
  return messages[kind];
}
