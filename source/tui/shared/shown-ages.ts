import { ago, span } from '../../format/numbers.ts';
import type { State } from '../state/model.ts';
import { visibleIds } from '../state/selectors.ts';

/** The server's clock as rows of the list show ages by it: those are told in minutes or more. */
export function coarse(now: number): number {
  return Math.floor(now / 10_000) * 10_000;
}

/** How long ago an audit began, in whole minutes. */
export function auditAge(milliseconds: number): string {
  return milliseconds < 60_000 ? '< 1 min' : span(milliseconds);
}

/** True if an age that was right in the frame of `drawn` may be another by now; on any screen but the list it may. */
export function agesMayDiffer(drawn: State, now: State): boolean {
  return now.screen !== 'list' || agesOf(drawn) !== agesOf(now);
}

function agesOf(state: State): string {
  const { auditedAt, freshAt, pace, rows, serverNow } = state;
  const now = coarse(serverNow);
  const used = visibleIds(state).map(id => ago(rows.get(id)?.lastUsedAt ?? null, now));
  const audited = auditedAt === null || freshAt === null ? '' : auditAge(freshAt - auditedAt);
  return [span(pace), audited, ...used].join();
}
