import type { AuditProgress } from './audit-counters.ts';

// Each event sorts and draws the list again; a bar that moves ten times a second moves smoothly. In milliseconds.
const gatherFor = 100;

/** Merges the pages of a tenth of a second into one event. The last page passes on the rest. */
export function batchPages(pass: (progress: AuditProgress) => void): (page: AuditProgress) => void {
  let waiting: AuditProgress | null = null;
  let since = performance.now();
  return page => {
    waiting = {
      ...page,
      counters: waiting ? waiting.counters.concat(page.counters) : page.counters,
    };
    if (performance.now() - since < gatherFor && !page.last) return;
    since = performance.now();
    pass(waiting);
    waiting = null;
  };
}
