import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import type { Finding } from '../../../counter/finding.ts';
import type { Writing } from '../../../counters/find/writings.ts';
import type { Agreement, Circumstances } from '../facts/circumstances.ts';
import type { Keepers } from '../keeping.ts';
import { one } from '../words.ts';

/** Findings where nothing at all keeps the count, and where the application seems to count what is inserted. */
export function absenceFindings(
  { own, otherwise, anew }: Keepers,
  definition: CounterDefinition,
  circumstances: Circumstances,
): Finding[] {
  const { unread, others } = circumstances;
  const kept = unread.length > 0 ? [] : applicationFindings(definition, circumstances);
  if (own.length > 0 || otherwise.length > 0 || anew.length > 0 || unread.length > 0) return kept;
  const { id, confidence } = definition;
  const what = others.length > 0 ? ' with each change of its records' : '';
  return [
    {
      code: 'trigger-missing',
      severity: 'error',
      message: `Nothing${kept.length > 0 ? ' in the database' : ''} was found that keeps ${id}${what}.`,
      hint:
        kept.length > 0
          ? 'Find out first what keeps it in the application: the next finding says why.'
          : confidence === 'guess'
            ? 'Only its name speaks for it. If the application keeps it, what it does cannot be seen here.'
            : `See what would keep it: preset-usage migrate --counter ${id} --dry-run`,
    },
    ...kept,
  ];
}

/** The finding of a count that the server computes: nothing keeps it, and what writes it fails. */
export function generatedFinding(
  writings: readonly Writing[],
  { row, via, nouns }: CounterDefinition,
): Finding {
  const home = via ?? row;
  const isCount = ({ target: { table }, column }: Writing['outcome']['changes'][number]) =>
    table.schema === home.schema && table.name === home.table && column === row.count;
  const by = writings.find(({ outcome }) => outcome.changes.some(isCount))?.by;
  const writer = by && (by.kind === 'trigger' ? by.trigger.name : by.routine.identity);
  return {
    code: 'count-generated',
    severity: 'error',
    message: writer
      ? `The server computes ${row.count} from other columns: the statement of ${writer} that writes it fails, and the change of ${one(nouns.record)} with it.`
      : `The server computes ${row.count} from other columns, and it was not judged whether something keeps those.`,
    hint: writer
      ? `Take what writes ${row.count} out of it.`
      : 'If they are counters, judge each of them with trigger --counter.',
    ...(by?.kind === 'trigger' ? { triggers: [by.trigger.name] } : {}),
  };
}

/** The codes of findings that ask whether the application counts by itself. */
export const applicationCodes: ReadonlySet<string> = new Set([
  'kept-by-application',
  'application-not-excluded',
]);

/** Whether counts that nothing in the database keeps may be kept by the application, as far as it was looked at. */
export function mayBeKept(agreement: Agreement | null): boolean {
  return agreement === null || agreement.near * 2 > agreement.compared;
}

/** What speaks for an application that counts by itself: counts that are right although nothing in the database counts. */
function applicationFindings(
  { id, nouns, row }: CounterDefinition,
  { agreement, others }: Circumstances,
): Finding[] {
  if (agreement === undefined) return [];
  const remove = `Before you install a trigger (migrate --counter ${id}), take that out, or each ${nouns.record[0]} counts twice.`;
  const adding = others.find(({ kind, how }) => how === 'helps' || (kind === 'function' && how === 'adds'));
  if (adding)
    return [
      {
        code: 'kept-by-application',
        severity: 'warning',
        message: `The application may keep ${id} by calling ${adding.name}, which adds to ${row.count}.`,
        hint: remove,
      },
    ];
  if (agreement === null)
    return [
      {
        code: 'application-not-excluded',
        severity: 'warning',
        message: `It was not looked at whether the counts of ${id} are right, so the application may keep it.`,
        hint: `Search its code for ${row.count}. ${remove}`,
      },
    ];
  const { compared, near } = agreement;
  if (!mayBeKept(agreement)) return [];
  return [
    {
      code: 'kept-by-application',
      severity: 'warning',
      message: `The application seems to keep ${id}: of ${compared} ${nouns.row[1]} compared, ${near} have the right count or nearly so.`,
      hint: `Search its code for what adds to ${row.count}. ${remove}`,
    },
  ];
}
