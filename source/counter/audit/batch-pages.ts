import type { AuditProgress } from './audit-counters.ts';

// Each event has the list sorted and drawn anew; a bar that moves ten times a second moves smoothly.
const gatherFor = 100;

/** Puts the pages of a tenth of a second together. What is left over is passed on with the last page. */
export function batchPages(pass: (progress: AuditProgress) => void): (page: AuditProgress) => void {
  let waiting: AuditProgress | null = null;
  let since = performance.now();
  return page => {
    waiting = {
      ...page,
      counters: waiting ? waiting.counters.concat(page.counters) : page.counters,
      gone: waiting ? waiting.gone.concat(page.gone) : page.gone,
    };
    if (performance.now() - since < gatherFor && !page.last) return;
    since = performance.now();
    pass(waiting);
    waiting = null;
  };
}
