import { rowsOf } from '../../counter/definition/nouns.ts';
import { withoutPasswords } from '../../errors/redact.ts';
import { amount } from '../../format/plurals.ts';
import { displayText } from '../../format/text.ts';
import { readFilter } from '../rows/filter.ts';
import { sortAndFilter } from '../rows/sort-and-filter.ts';
import { nounsIn } from '../state/counter.ts';
import type { State } from '../state/model.ts';

/** Why the list shows no row; null while nothing has been read. Before an audit is done, nothing is ruled out. */
export function whyEmpty(state: State): string | null {
  const { filter, onlyMismatches, inspected, totals } = state;
  const nouns = nounsIn(state);
  const [one, many] = nouns.row;
  const rest = totals ? totals.rows - totals.accurate - totals.mismatched : null;
  if (filter !== '') {
    const subject = onlyMismatches ? 'No mismatch' : `No ${one}`;
    const sure = onlyMismatches ? rest === 0 : totals !== null;
    const others = onlyMismatches ? sortAndFilter(state.rows, { ...state, onlyMismatches: false }).length : 0;
    const { terms, texts } = readFilter(filter);
    const shown = displayText(withoutPasswords(filter));
    const isName = terms.length === 1 && texts.length === 1;
    const hidden =
      others === 0
        ? ''
        : ` ${amount(others, `other ${one} ${isName ? 'has it' : 'does'}`, `other ${many} ${isName ? 'have it' : 'do'}`)}: press m to list all.`;
    return `${subject} ${isName ? `has "${shown}" in its name` : `meets ${shown}`}${sure ? '.' : ` so far. Not every ${one} is read yet.`}${hidden}`;
  }
  if (onlyMismatches) {
    if (inspected === null) return null;
    if (inspected.tables.hiddenBy.length > 0) return 'Not known: rows are hidden from this role.';
    if (rest === null) return `No mismatch so far. Not every ${one} is checked yet.`;
    if (rest > 0)
      return `No mismatch so far. ${rowsOf({ nouns }, rest)} ${rest === 1 ? 'is' : 'are'} not checked yet.`;
    return 'No mismatch: every count equals its records.';
  }
  return totals ? `There are no ${many} yet.` : null;
}
