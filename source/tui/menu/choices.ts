import { exportedWords } from '../state/marks.ts';
import type { State } from '../state/model.ts';
import { copyChoices } from './copy.ts';
import type { MenuChoice } from './model.ts';

const formats: readonly MenuChoice[] = [
  { key: 'c', short: 'CSV', does: { format: 'csv' } },
  { key: 'j', short: 'JSON', does: { format: 'json' } },
  { key: 'm', short: 'Markdown', does: { format: 'markdown' } },
];

/** What the open menu is called, and its keys; null while none is open. */
export function openMenu(state: State): { title: string; choices: readonly MenuChoice[] } | null {
  if (state.menu === null) return null;
  return state.menu === 'copy'
    ? { title: 'Copy', choices: copyChoices(state) }
    : { title: `Export ${exportedWords(state)}`, choices: formats };
}
