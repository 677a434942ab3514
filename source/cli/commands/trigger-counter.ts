import type { Database } from '../../connection/transactions.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { exitCodes } from '../../errors/errors.ts';
import { table, textColumn } from '../../format/table.ts';
import { displayText } from '../../format/text.ts';
import type { CounterHealth, EventHealth } from '../../trigger/defined/judge.ts';
import { readCounterHealth } from '../../trigger/defined/read-health.ts';
import { counterHeadline } from '../../trigger/defined/shown-health.ts';
import { canHappenWords, eventWords, keptWords } from '../../trigger/defined/words.ts';
import { enabledMeaningOf, type TriggerState } from '../../trigger/health.ts';
import { databaseInfo } from '../output/database-info.ts';
import { counterHead } from '../output/document-head.ts';
import { findingLines } from '../output/findings.ts';
import type { Outcome } from '../output/outcome.ts';

/** Judges what keeps the counter of a definition. Exit code 1 where a finding is an error. */
export async function counterTrigger(
  database: Database,
  definition: CounterDefinition,
  signal: AbortSignal,
): Promise<Outcome> {
  const { inspected, health } = await readCounterHealth(database, definition, signal);
  const { line } = databaseInfo(inspected, database);
  return {
    json: { ...(await counterHead(inspected, database, signal)), ...health },
    text: [line, ...describe(health, definition)].join('\n'),
    exitCode: health.healthy ? exitCodes.healthy : exitCodes.unhealthy,
  };
}

function describe(health: CounterHealth, definition: CounterDefinition): string[] {
  const { triggers, events, findings, others } = health;
  return [
    counterHeadline(health, definition),
    '',
    ...(triggers.length === 0 ? ['Trigger     none'] : []),
    ...triggers.flatMap((state, place) => [...(place > 0 ? [''] : []), ...triggerLines(state, definition)]),
    '',
    ...eventLines(events, definition),
    ...findingLines(findings),
    ...(others.length > 0 ? ['', `What else writes ${definition.row.count}:`] : []),
    ...others.map(
      ({ kind, name, table: on, timing, events: of, enabled, function: runs }) =>
        `  ${kind} ${name}${on === null ? '' : ` on ${on}`}${timing === null ? '' : `, ${timing} ${of.join(' OR ')}`}${enabled === null ? '' : `, ${enabled}`}${runs === null ? '' : `, runs ${runs}`}`,
    ),
  ].map(displayText);
}

function triggerLines(state: TriggerState, definition: CounterDefinition): string[] {
  const { name, table: on, enabled, timing, events, level, function: runs, definition: made } = state;
  return [
    `Trigger     ${name}`,
    `Table       ${on}`,
    ...(enabled ? [`Enabled     ${enabled}: ${enabledMeaningOf(definition.nouns.record)[enabled]}`] : []),
    `Fires       ${timing} ${events.join(' OR ')}, for each ${level}`,
    `Function    ${runs}`,
    ...(made === null ? [] : [`Definition  ${made}`]),
  ];
}

function eventLines(events: readonly EventHealth[], definition: CounterDefinition): string[] {
  const named = events.map(each => eventWords(each.event, definition));
  const row = table([textColumn(named, 44), 13, 12]);
  return [
    `${row(['Event', 'Count', 'Kept'])}  Can happen`,
    ...events.map(
      (each, at) => `${row([named[at] ?? '', each.effect ?? '-', keptWords(each)])}  ${canHappenWords(each)}`,
    ),
  ];
}
