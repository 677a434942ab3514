import type { AuditProgress } from './audit-counters.ts';

// Each event sorts and draws the list again; a bar that moves ten times a second moves smoothly. In milliseconds.
const gatherFor = 100;
// What an event takes grows with the list, and so does the number of pages: of a million rows, sorting took half of an audit.
const mostShare = 0.1;

/**
 * Merges the pages of a tenth of a second into one event, or of longer if events would take more than a tenth of the time. The
 * last page passes on the rest. `clock` is in milliseconds.
 */
export function batchPages(
  pass: (progress: AuditProgress) => void,
  clock: () => number = () => performance.now(),
): (page: AuditProgress) => void {
  let waiting: AuditProgress | null = null;
  let since = clock();
  let gather = gatherFor;
  return page => {
    waiting = {
      ...page,
      counters: waiting ? waiting.counters.concat(page.counters) : page.counters,
    };
    const start = clock();
    if (start - since < gather && !page.last) return;
    const gathered = waiting;
    waiting = null;
    pass(gathered);
    since = clock();
    gather = Math.max(gatherFor, (since - start) / mostShare);
  };
}
