import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import { exitCodes } from '../../errors/errors.ts';
import { displayText } from '../../format/text.ts';
import type { MigrationReceipt } from '../../migration/migration-receipt.ts';
import { eventNames, type MigrationProof, outcomeWords } from '../../migration/proof.ts';
import {
  type MigrationPlan,
  type ProvenPlan,
  planMigration,
  requireMigrationConfirmation,
} from '../../migration/read-plan.ts';
import { type MigrationResult, runWithReceipt } from '../../migration/run.ts';
import { trackName } from '../../trigger/expected-names.ts';
import { keptReasons } from '../../trigger/migration/fit.ts';
import { databaseInfo } from '../output/database-info.ts';
import { counterHead } from '../output/document-head.ts';
import { exitCodeOf, findingLines } from '../output/findings.ts';
import type { Outcome } from '../output/outcome.ts';
import { askPhrase, canAsk, requireTyped } from './confirm-phrase.ts';
import { migrateCounter } from './migrate-counter.ts';
import { scriptEnd, scriptNote } from './migration-script.ts';

/**
 * Installs or repairs the trigger, its function and the one that the application calls, or with `dryRun` prints the SQL. `open` begins
 * the receipt; null where none is kept. Exit code 1 where counting is still not right afterwards, 4 without a confirmation.
 */
export async function migrate(
  database: Database,
  config: Config & { dryRun: boolean },
  signal: AbortSignal,
  open: (
    plan: Pick<MigrationPlan, 'inspected' | 'fingerprint' | 'replaced'>,
  ) => Promise<MigrationReceipt | null>,
  say: (text: string) => void,
): Promise<Outcome> {
  const { schema, choice, readOnly, dryRun, confirm } = config;
  if (typeof choice !== 'string' && choice.source.kind !== 'built-in')
    return migrateCounter(database, config, choice, signal, open, say);
  const plan = await planMigration(database, { schema, readOnly, dryRun, confirm }, signal);
  const head = await counterHead(plan.inspected, database, signal);
  if (dryRun) {
    return {
      json: document(head, plan, null, null),
      text: script(plan, database),
      exitCode: exitCodes.healthy,
    };
  }
  if (plan.statements.length === 0) {
    return {
      json: document(head, plan, null, null),
      text: [
        databaseInfo(plan.inspected, database).line,
        `Nothing to do: ${plan.fit.misfit === null ? `the trigger, its function and ${trackName}()` : 'the trigger and its function'} are already installed.`,
        ...leftOutLines(plan),
        ...findingLines(plan.findings),
      ]
        .map(displayText)
        .join('\n'),
      exitCode: exitCodeOf(plan.findings),
    };
  }
  if (confirm !== null || config.json || !canAsk()) requireMigrationConfirmation(plan, confirm);
  else {
    say(script(plan, database));
    requireTyped(await askPhrase(`migrate ${plan.inspected.server.database}`, signal), 'migrate');
  }
  const receipt = await open(plan);
  const result = await runWithReceipt(database, plan, config, receipt, signal);
  const left = result.left ?? [];
  return {
    json: document(head, plan, result, receipt),
    text: [
      databaseInfo(plan.inspected, database).line,
      left.length === 0
        ? `Done in transaction ${result.xid}.`
        : `Done in transaction ${result.xid}, but not everything is right.`,
      ...plan.differs.filter(what => !left.includes(what)).map(what => `  repaired: ${what}`),
      ...left.map(what => `  remains: ${what}`),
      ...leftOutLines(plan),
      ...proofLines(plan.proof),
      ...(result.left === null ? ['  The result could not be checked: run preset-usage trigger.'] : []),
      ...findingLines(result.findings),
      '',
      ...(receipt ? [`Receipt     ${receipt.file}`] : []),
      countsAreLeft,
    ]
      .map(displayText)
      .join('\n'),
    exitCode: left.length > 0 ? exitCodes.unhealthy : exitCodeOf(result.findings),
  };
}

/** What the migration does not install, and why. */
function leftOutLines({ fit }: MigrationPlan): string[] {
  return [
    ...(fit.kept ? [`The counting trigger stays with its function: ${keptReasons[fit.kept]}.`] : []),
    ...(fit.misfit === null ? [] : [`${trackName}() is left out: ${fit.misfit}.`]),
  ];
}

/** What was played to see that nothing gets worse. */
function proofLines(proof: MigrationProof | null): string[] {
  if (proof === null) return [];
  const played = proof.events.filter(
    ({ before, after }) => before.result !== 'not-played' || after.result !== 'not-played',
  );
  return [
    proof.proved ? 'Proved in a transaction that was rolled back:' : `Not proved: ${proof.reason}.`,
    ...played.map(
      ({ event, before, after }) =>
        `  ${eventNames[event]}: ${outcomeWords(before)} today, ${outcomeWords(after)} afterwards`,
    ),
  ];
}

const countsAreLeft = 'To repair wrong counts, run sync.';

/** The contract's `migrate` document, with what this program adds to it. */
function document(
  head: object,
  plan: ProvenPlan,
  result: MigrationResult | null,
  receipt: MigrationReceipt | null,
) {
  const { statements, differs, replaced, lacking, fingerprint } = plan;
  return {
    ...head,
    fingerprint,
    differs,
    statements,
    replaced,
    lacking,
    leftOut: plan.fit.misfit,
    proof: plan.proof,
    applied: result !== null,
    transaction: result?.xid ?? null,
    left: result ? result.left : null,
    findings: (result ?? plan).findings,
    receipt: receipt?.file ?? null,
  };
}

/** The plan as a script for psql; everything else is in comments. */
function script(plan: ProvenPlan, database: Database): string {
  const { differs, fingerprint, inspected } = plan;
  const head = [
    scriptNote(databaseInfo(inspected, database).line),
    ...(differs.length === 0
      ? [scriptNote('Nothing to do: everything is already installed.')]
      : [
          scriptNote(`Fingerprint ${fingerprint}. It repairs:`),
          ...differs.map(what => scriptNote(`  ${what}`)),
        ]),
  ];
  if (differs.length === 0) return head.join('\n');
  return [
    ...head,
    scriptNote(countsAreLeft),
    ...[...leftOutLines(plan), ...proofLines(plan.proof)].map(scriptNote),
    ...scriptEnd(plan),
  ].join('\n');
}
