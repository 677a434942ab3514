import type { HistoryEntry } from './history-entry.ts';

/** What is known of an operation whose receipt has no end, in a few words. */
export function unfinishedWords({ now }: Pick<HistoryEntry, 'now'>): string {
  if (now === null) return 'no end yet: killed, or still running';
  const { running, pid } = now;
  if (running === false) return 'no end: killed, as it does not hold the repair lock any more';
  return running === null
    ? `no end yet: server process ${pid} runs a repair, this one or another`
    : `still running${pid === null ? '' : `, in server process ${pid}`}`;
}
