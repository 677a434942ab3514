import { withoutPasswords } from '../../errors/redact.ts';
import { count } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { displayText } from '../../format/text.ts';
import type { State } from '../state/model.ts';
import { sortAndFilter } from '../state/sort-and-filter.ts';

/** Why the list shows no row; null while nothing has been read. Before an audit is done, nothing is ruled out. */
export function whyEmpty(state: State): string | null {
  const { filter, onlyMismatches, inspected, totals } = state;
  const rest = totals ? totals.presets - totals.accurate - totals.mismatched : null;
  if (filter !== '') {
    const subject = onlyMismatches ? 'No mismatch' : 'No preset';
    const sure = onlyMismatches ? rest === 0 : totals !== null;
    const others = onlyMismatches ? sortAndFilter(state.rows, { ...state, onlyMismatches: false }).length : 0;
    const hidden =
      others === 0
        ? ''
        : ` ${amount(others, 'other preset has', 'other presets have')} it: press m to list all.`;
    return `${subject} has "${displayText(withoutPasswords(filter))}" in its name${sure ? '.' : ' so far. Not every preset is read yet.'}${hidden}`;
  }
  if (onlyMismatches) {
    if (inspected === null) return null;
    if (inspected.tables.hiddenBy.length > 0) return 'Not known: rows are hidden from this role.';
    if (rest === null) return 'No mismatch so far. Not every preset is checked yet.';
    if (rest > 0)
      return `No mismatch so far. ${count(rest)} ${rest === 1 ? 'preset is' : 'presets are'} not checked yet.`;
    return 'No mismatch: every count equals its records.';
  }
  return totals ? 'There are no presets yet.' : null;
}
