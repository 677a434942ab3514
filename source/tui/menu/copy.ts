import { rowsQuery } from '../../counter/reading/counters.ts';
import { count } from '../../format/numbers.ts';
import { entryAtCursor } from '../repair/history.ts';
import { markedIds, markedWords } from '../state/marks.ts';
import type { State } from '../state/model.ts';
import { selectedRow } from '../state/selectors.ts';
import { mostCopied } from './clipboard.ts';
import type { Copy, MenuChoice } from './model.ts';

const ofRows = (kind: 'id' | 'sql', key: string, short: string): MenuChoice => ({
  key,
  short,
  does: { copy: state => rowsCopy(state, kind) },
});
const plan: MenuChoice = { key: 's', short: "the plan's SQL", does: { copy: planCopy } };
const receipt: MenuChoice = { key: 'r', short: "the receipt's name", does: { copy: receiptCopy } };

/** What can be copied on the open screen. */
export function copyChoices(state: State): readonly MenuChoice[] {
  if (state.screen === 'repair') return [plan];
  if (state.screen === 'history') return [receipt];
  const several = ofMarked(state) && state.marked > 1;
  return [
    ofRows('id', 'i', several ? 'the ids' : 'the id'),
    ofRows('sql', 's', several ? "the counts' SQL" : "the count's SQL"),
  ];
}

/** Why there is nothing to copy here; null if there is. */
export function whyNotCopy(state: State): string | null {
  if (state.screen === 'repair')
    return state.repair?.plan?.statements.length ? null : 'There is no SQL to copy.';
  if (state.screen === 'history') return entryAtCursor(state) ? null : 'There is no receipt to copy.';
  return state.inspected && (ofMarked(state) || selectedRow(state)) ? null : 'There is nothing to copy.';
}

function ofMarked({ screen, marked }: State): boolean {
  return screen === 'list' && marked > 0;
}

/** The marked rows, else the one under the cursor. */
function idsToCopy(state: State): readonly string[] {
  if (ofMarked(state)) return markedIds(state);
  const row = selectedRow(state);
  return row ? [row.id] : [];
}

function rowsCopy(state: State, kind: 'id' | 'sql'): Copy {
  // No id is empty, and a million of them are not read for nothing.
  if (ofMarked(state) && state.marked > mostCopied) return { whyNot: tooMuch(state.marked) };
  const ids = idsToCopy(state);
  const tables = state.inspected?.tables;
  if (!tables || ids.length === 0) return { whyNot: 'There is nothing to copy.' };
  const one = ids.length === 1;
  if (kind === 'sql') {
    const what = one ? "the count's SQL" : `the SQL of ${markedWords(state)}`;
    return checked(rowsQuery(tables, ids), what);
  }
  // Between ids a new line means that the next begins.
  if (ids.some(id => /\p{Cc}/u.test(id)))
    return {
      whyNot: 'An id has control characters, which are not copied: copy the SQL, which escapes them.',
    };
  return checked(ids.join('\n'), one ? 'the id' : `the ids of ${markedWords(state)}`);
}

function planCopy({ repair }: State): Copy {
  const statements = repair?.plan?.statements ?? [];
  return checked(statements.map(statement => `${statement};`).join('\n'), "the plan's SQL");
}

function receiptCopy(state: State): Copy {
  const entry = entryAtCursor(state);
  return entry ? checked(entry.id, "the receipt's name") : { whyNot: 'There is no receipt to copy.' };
}

// All but a new line and a tab: a shell into which they are pasted would obey them.
const control = /(?![\n\t])\p{Cc}/u;

function checked(text: string, what: string): Copy {
  if (control.test(text)) return { whyNot: 'It has control characters, which are not copied.' };
  const bytes = Buffer.byteLength(text);
  return bytes > mostCopied ? { whyNot: tooMuch(bytes) } : { text, what };
}

function tooMuch(bytes: number): string {
  return `${count(bytes)} bytes or more are too much for many terminals: mark fewer, or press e to export.`;
}
