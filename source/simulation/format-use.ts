import type { CounterDefinition } from '../counter/definition/definition.ts';
import { count, countText, signed } from '../format/numbers.ts';
import { amount } from '../format/plurals.ts';
import { trackName } from '../trigger/expected-names.ts';
import type { Simulation, UseWarning } from './simulation.ts';
import type { UseResult } from './use-result.ts';

/** One use in one line, such as `12 to 13 (+1), 1 record, last_liked_at moved`; `touched` is the column with the time of the last one. */
export function formatUse(use: UseResult, row: Pick<CounterDefinition['row'], 'touched'>): string {
  const { before, after, increment, recordsAdded, recordsUpdated } = use;
  const updated = recordsUpdated ? ` added, ${count(recordsUpdated)} updated` : '';
  return `${countText(before)} to ${countText(after)} (${signed(increment)}), ${amount(recordsAdded, 'record')}${updated}${formatMoved(use, row)}`;
}

/** Whether the time of the last use moved, as the end of a line; empty if there is no such column. */
export function formatMoved(
  { lastUsedAtMoved }: UseResult,
  { touched }: Pick<CounterDefinition['row'], 'touched'>,
): string {
  return lastUsedAtMoved === null ? '' : `, ${touched} ${lastUsedAtMoved ? 'moved' : 'did not move'}`;
}

/** What a simulation showed, in one sentence; both faces and the checklist say it. */
export function headlineOf({ verdict, confirmed, uses, findings }: Simulation): string {
  if (verdict === 'confirmed')
    return findings.some(({ severity }) => severity === 'error')
      ? 'Each use was counted once, but something else is wrong.'
      : uses.some(({ recordsAdded }) => recordsAdded === 0)
        ? 'Confirmed: a new record counted once, and a repeated use not again.'
        : 'Confirmed: each use counted once.';
  if (verdict === 'not-proved') return "Not proved as the application's user.";
  if (confirmed) return `Not confirmed: ${trackName}() fails, but the trigger counts each insert once.`;
  if (uses.length < 2) return 'Not confirmed: a use failed.';
  return 'Not confirmed: a use did not count exactly once.';
}

/** As whom the uses were made. */
export function formatUser({
  asUser,
  subject,
  subjectFrom,
}: Pick<Simulation, 'asUser' | 'subject' | 'subjectFrom'>): string {
  if (asUser === null && subject === null) return 'none: no recent record names one';
  if (subject === asUser) return asUser ?? '';
  const from = subjectFrom === null ? '' : `, from ${subjectFrom}`;
  return `${asUser ?? 'none'}, with a token for ${subject ?? 'nobody'}${from}`;
}

/** A warning of the server in one line. */
export function formatWarning({ severity, code, message, where }: UseWarning): string {
  return `${severity.toLowerCase()}: ${message} (SQLSTATE ${code}${where === null ? '' : `, in ${where}`})`;
}
