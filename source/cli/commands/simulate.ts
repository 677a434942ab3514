import { uncalledIn } from '../../checklist/scan-source.ts';
import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { isOfPresets } from '../../counter/definition/counter-choice.ts';
import { exitCodes } from '../../errors/errors.ts';
import { countText, iso } from '../../format/numbers.ts';
import { amount } from '../../format/plurals.ts';
import { displayText } from '../../format/text.ts';
import { explainUse } from '../../simulation/explain-use.ts';
import { formatUse, formatUser, headlineOf } from '../../simulation/format-use.ts';
import { planSimulation, requireConfirmation, type SimulationPlan } from '../../simulation/read-plan.ts';
import { findingsOfUser, resultOf } from '../../simulation/real-use.ts';
import { runSimulation } from '../../simulation/run.ts';
import {
  commitUse,
  readTakeBackToken,
  requireRealUseConfirmation,
  takeBackToken,
  takeUseBack,
} from '../../simulation/run-real-use.ts';
import { trackName } from '../../trigger/expected-names.ts';
import { databaseInfo } from '../output/database-info.ts';
import { counterHead } from '../output/document-head.ts';
import { findingLines } from '../output/findings.ts';
import type { Outcome } from '../output/outcome.ts';
import { simulateCounter } from './simulate-counter.ts';
import { simulationOutcome } from './simulation-outcome.ts';

/**
 * Uses a preset twice in a transaction that is rolled back. Exit code 1 where a use did not count exactly once, or the
 * application's own way of making one fails; 4 where a use reaches outside the transaction and that was not confirmed.
 */
export async function simulate(database: Database, config: Config, signal: AbortSignal): Promise<Outcome> {
  const { choice, asUser, asRole, claims, readOnly, presets, commit, takeBack } = config;
  if (!isOfPresets(choice)) return simulateCounter(database, config, choice, signal);
  const uncalled = await uncalledIn(config.appSource, trackName, signal);
  const plan = await planSimulation(
    database,
    { uncalledIn: uncalled, counter: choice, preset: presets[0] ?? null, asUser, asRole, claims, readOnly },
    signal,
  );
  if (takeBack !== null) return tellTakenBack(database, plan, config, takeBack, signal);
  if (commit) return tellRealUse(database, plan, config, signal);
  requireConfirmation(plan, config.confirm);
  const simulation = await runSimulation(database, plan, config, signal);
  const { preset, path, uses, asRole: other, heldMs, counter } = simulation;
  const lines = [
    `Preset      ${preset.name} (${preset.id})`,
    `Made by     ${plan.calls.find(each => each.path === path)?.what ?? path}`,
    `As user     ${formatUser(simulation)}`,
    ...uses.map(
      (use, index) =>
        `${index === 0 ? 'First use ' : 'Second use'}  ${counter.row.count} ${formatUse(use, counter.row)}`,
    ),
    ...(other ? [`As ${other.role}: ${other.confirmed ? 'confirmed too' : 'not confirmed'}`] : []),
    `Row held    ${heldMs.toFixed(1)} ms`,
  ];
  const own = {
    about: { preset, path },
    done: { uses },
    asRole: other,
    headline: headlineOf(simulation),
    lines,
  };
  return simulationOutcome(database, plan.inspected, simulation, own, signal);
}

/** One real use, which stays: the same document, and the word that takes it back. */
async function tellRealUse(
  database: Database,
  plan: SimulationPlan,
  config: Config,
  signal: AbortSignal,
): Promise<Outcome> {
  requireRealUseConfirmation(plan, config.confirm);
  const head = await counterHead(plan.inspected, database, signal);
  const takenAt = Date.now();
  const made = await commitUse(database, plan, config, signal);
  const use = resultOf(made);
  const confirmed = use.increment === 1 && use.recordsAdded === 1 && use.lastUsedAtMoved !== false;
  const { preset, health, replicationRole, identity, calls, inspected } = plan;
  const { definition } = inspected.tables;
  const path = calls[0]?.path ?? 'insert';
  const findings = [
    ...findingsOfUser(plan, made),
    ...explainUse({ path, uses: [use], failures: [], health, replicationRole, definition }),
  ];
  const takeBack = takeBackToken(plan, made);
  const { line } = databaseInfo(plan.inspected, database);
  return {
    json: {
      ...head,
      takenAt: iso(takenAt),
      preset,
      path,
      asUser: identity.user,
      subject: identity.subject,
      subjectFrom: identity.via,
      confirmed,
      committed: true,
      uses: [use],
      failures: [],
      findings,
      records: made.records,
      takeBack,
    },
    text: [
      line,
      `${confirmed ? 'Made, and counted once' : 'Made, but not counted once'}: ${definition.row.count} ${formatUse(use, definition.row)}.`,
      `Record      ${made.records.join(', ')}`,
      ...findingLines(findings),
      '',
      'The use stays. To take it back:',
      `  preset-usage simulate ${preset.id} --take-back ${takeBack}`,
    ]
      .map(displayText)
      .join('\n'),
    exitCode: confirmed ? exitCodes.healthy : exitCodes.unhealthy,
  };
}

async function tellTakenBack(
  database: Database,
  plan: SimulationPlan,
  config: Config,
  token: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const use = readTakeBackToken(plan, token);
  const head = await counterHead(plan.inspected, database, signal);
  const { deleted, before, after } = await takeUseBack(database, plan, use, config, signal);
  const { line } = databaseInfo(plan.inspected, database);
  return {
    json: {
      ...head,
      preset: plan.preset,
      takenBack: { records: use.records, deleted, before, after },
    },
    text: displayText(
      `${line}. Taken back: ${amount(deleted, 'record')} deleted, ${plan.inspected.tables.definition.row.count} ${countText(before)} to ${countText(after)}.`,
    ),
    exitCode: exitCodes.healthy,
  };
}
