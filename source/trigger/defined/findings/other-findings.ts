import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import type { Finding } from '../../../counter/finding.ts';
import type { CatalogTable } from '../../../counters/catalog.ts';
import type { Circumstances } from '../facts/circumstances.ts';
import { about, type Keepers, type Keeping, nameOf } from '../keeping.ts';
import { one } from '../words.ts';

/**
 * Findings about what writes the count beside its triggers, and about rows that are not there. `followed`: a row gains by records that
 * refer to it by an update.
 */
export function otherFindings(
  keepers: Keepers,
  playing: readonly Keeping[],
  { byTrigger, followed }: { byTrigger: boolean; followed: boolean },
  definition: CounterDefinition,
  { others, keyCascades, countRowsMade }: Circumstances,
  table: CatalogTable,
): Finding[] {
  const { row, via, record, nouns } = definition;
  const [, records] = nouns.record;
  const findings: Finding[] = keepers.otherwise.map(({ by, why }) => ({
    code: 'counts-otherwise',
    severity: by.kind === 'trigger' ? 'error' : 'warning',
    message: `${nameOf(by)} ${why}.`,
    hint: `Check whether it should write ${row.count} at all.`,
    ...about([by]),
  }));
  const functions = [...keepers.own, ...(byTrigger ? [] : keepers.anew)].filter(
    ({ by, event }) => by.kind === 'function' && event === 'insert',
  );
  for (const { by } of functions)
    findings.push(
      byTrigger
        ? {
            code: 'function-counts-twice',
            severity: 'error',
            message: `${nameOf(by)} inserts ${one(nouns.record)} and adds to ${row.count} itself, which a trigger does too.`,
            hint: 'Take the addition out of the function.',
          }
        : {
            code: 'insert-by-function-only',
            severity: 'warning',
            message: `Only ${nameOf(by)} counts: ${one(nouns.record)} that is inserted otherwise is not counted.`,
            hint: `Let nobody insert into ${record.table} but by this function, or count with a trigger.`,
          },
    );
  const told = new Set(functions.map(({ by }) => nameOf(by)));
  for (const { kind, name, table: on, how } of others) {
    if (told.has(name)) continue;
    if (how === 'begins') continue;
    if (how === 'helps') {
      findings.push({
        code: 'other-writer',
        severity: 'info',
        message: `A trigger counts by the ${kind} ${name}, which can also be called by itself.`,
        hint: `If the application calls it too, for a change of ${records} that the trigger counts, that change is counted twice.`,
      });
      continue;
    }
    const who = `The ${kind} ${name}${on === null ? '' : ` on ${on}`}`;
    const { does, hint } = written(how, definition);
    findings.push({
      code: 'other-writer',
      severity: how === 'counts' ? 'info' : 'warning',
      message: `${who} ${does}.`,
      hint,
    });
  }
  if (keyCascades && followed)
    findings.push({
      code: 'key-change-counts',
      severity: 'warning',
      message: `When the key of ${one(nouns.row)} changes, its ${records} follow by ON UPDATE CASCADE and are counted once more.`,
      hint: 'Do not change keys, or run sync afterwards.',
    });
  const upserts = playing.some(({ effects }) => effects.some(({ upsert }) => upsert));
  if (via && playing.length > 0 && !upserts && !countRowsMade)
    findings.push({
      code: 'count-row-missing',
      severity: 'warning',
      message: `${one(nouns.row).replace(/^a/, 'A')} without a row in ${via.table} is not counted, and nothing was found that inserts one.`,
      hint: `Insert it with ON CONFLICT DO UPDATE where ${records} are counted.`,
    });
  if (record.through && !keepers.own.some(({ by }) => by.kind === 'trigger' && by.table !== table))
    findings.push({
      code: 'between-not-counted',
      severity: 'warning',
      message: `Nothing changes the counts when a row of ${record.through.table} moves to another ${nouns.row[0]} or is deleted.`,
      hint: `Count on ${record.through.table} too, or run sync after such a change.`,
    });
  return findings;
}

/** What another writer does to the count, and what comes of it. */
function written(
  how: Circumstances['others'][number]['how'],
  { row, nouns }: CounterDefinition,
): { does: string; hint: string } {
  const [, records] = nouns.record;
  switch (how) {
    case 'counts':
      return {
        does: `sets ${row.count} to a number of records`,
        hint: 'That repairs the count, as sync does.',
      };
    case 'zero':
      return {
        does: `sets ${row.count} to 0`,
        hint: `If ${records} are left then, the count is too low.`,
      };
    case 'sets':
      return {
        does: `also writes ${row.count}`,
        hint: `What it writes need not be the number of ${records}.`,
      };
    default:
      return {
        does: `also writes ${row.count}`,
        hint: `If it runs for a change of ${records} that a trigger counts, that change is counted twice.`,
      };
  }
}
