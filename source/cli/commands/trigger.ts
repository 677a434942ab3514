import { uncalledIn } from '../../checklist/scan-source.ts';
import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { inspectDatabase } from '../../counter/inspect-database.ts';
import { exitCodes } from '../../errors/errors.ts';
import { displayText } from '../../format/text.ts';
import { trackName } from '../../trigger/expected-names.ts';
import { writerLines } from '../../trigger/format-writers.ts';
import { enabledMeaning, judgeTrigger, type TriggerHealth } from '../../trigger/health.ts';
import { healthHeadline } from '../../trigger/health-headline.ts';
import { readTriggerCatalog } from '../../trigger/read-catalog.ts';
import { withoutUnusedTrack } from '../../trigger/unused-track.ts';
import { briefHealth } from '../output/brief-health.ts';
import { databaseInfo } from '../output/database-info.ts';
import { counterHead } from '../output/document-head.ts';
import { findingLines } from '../output/findings.ts';
import type { Outcome } from '../output/outcome.ts';
import { counterTrigger } from './trigger-counter.ts';

/** Judges what counts, from the catalog. Exit code 1 where a finding is an error. */
export async function trigger(database: Database, config: Config, signal: AbortSignal): Promise<Outcome> {
  const { choice } = config;
  if (typeof choice !== 'string' && choice.source.kind !== 'built-in')
    return counterTrigger(database, choice, signal);
  const uncalled = await uncalledIn(config.appSource, trackName, signal);
  const { found, health } = await database.read(
    async reader => {
      const read = await inspectDatabase(reader, database, config.choice);
      const judged = judgeTrigger(await readTriggerCatalog(reader, read.tables));
      return {
        found: read,
        health: briefHealth(uncalled === null ? judged : withoutUnusedTrack(judged, uncalled)),
      };
    },
    { signal },
  );
  const { line } = databaseInfo(found, database);
  return {
    json: { ...(await counterHead(found, database, signal)), ...health },
    text: [line, ...describe(health)].join('\n'),
    exitCode: health.healthy ? exitCodes.healthy : exitCodes.unhealthy,
  };
}

function describe(health: TriggerHealth): string[] {
  const { trigger: state, findings, others, track, writers } = health;
  return [
    healthHeadline(health),
    '',
    `Trigger     ${state.name}${state.exists ? '' : ' (does not exist)'}`,
    ...(state.exists && state.enabled
      ? [
          `Table       ${state.table}`,
          `Enabled     ${state.enabled}: ${enabledMeaning[state.enabled]}`,
          `Fires       ${state.timing} ${state.events.join(' OR ')}, for each ${state.level}`,
          `Function    ${state.function}`,
          `Definition  ${state.definition}`,
        ]
      : []),
    ...track.map(
      ({ identity, kind, securityDefiner }) =>
        `Called      ${identity}, a ${kind} that runs as ${securityDefiner ? 'its owner' : 'its caller'}`,
    ),
    ...findingLines(findings),
    ...(others.length > 0 ? ['', 'Other triggers on both tables:'] : []),
    ...others.map(
      other =>
        `  ${other.name} on ${other.table}, ${other.timing} ${other.events.join(' OR ')}, ${other.enabled}, runs ${other.function}`,
    ),
    ...(writers.length > 0 ? ['', 'What writes the count or the records:'] : []),
    ...writers.flatMap(writer => {
      const { head, lines } = writerLines(writer);
      return [`  ${head}`, ...lines.map(line => `    ${line}`)];
    }),
  ].map(displayText);
}
