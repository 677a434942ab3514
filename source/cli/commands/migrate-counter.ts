import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { exitCodes } from '../../errors/errors.ts';
import { displayText } from '../../format/text.ts';
import { leftUncounted } from '../../migration/defined/counter-plan.ts';
import {
  type CounterPlan,
  type ProvenCounterPlan,
  planCounterMigration,
  readCounterPlan,
  requireCounterConfirmation,
} from '../../migration/defined/read-counter-plan.ts';
import type { CounterProof } from '../../migration/defined/run-counter-proof.ts';
import type { MigrationReceipt } from '../../migration/migration-receipt.ts';
import { type MigrationResult, runWithReceipt } from '../../migration/run.ts';
import { databaseInfo } from '../output/database-info.ts';
import { counterHead } from '../output/document-head.ts';
import { exitCodeOf, findingLines } from '../output/findings.ts';
import type { Outcome } from '../output/outcome.ts';
import { askPhrase, canAsk, requireTyped } from './confirm-phrase.ts';
import { scriptEnd, scriptNote } from './migration-script.ts';

/**
 * Installs what keeps the counter of a definition, or with `dryRun` prints the SQL. Exit code 1 where counting is still not right
 * afterwards, 4 without a confirmation.
 */
export async function migrateCounter(
  database: Database,
  config: Config & { dryRun: boolean },
  definition: CounterDefinition,
  signal: AbortSignal,
  open: (plan: CounterPlan) => Promise<MigrationReceipt | null>,
  say: (text: string) => void,
): Promise<Outcome> {
  const { readOnly, dryRun, confirm, applicationStopped } = config;
  const plan = await planCounterMigration(
    database,
    { definition, readOnly, dryRun, applicationStopped },
    signal,
  );
  const head = await counterHead(plan.inspected, database, signal);
  if (dryRun)
    return {
      json: document(head, plan, null, null),
      text: script(plan, database),
      exitCode: exitCodes.healthy,
    };
  if (plan.statements.length === 0)
    return {
      json: document(head, plan, null, null),
      text: [
        databaseInfo(plan.inspected, database).line,
        ...nothingToDo(plan),
        ...findingLines(plan.findings),
      ]
        .map(displayText)
        .join('\n'),
      exitCode: exitCodeOf(plan.findings),
    };
  if (confirm !== null || config.json || !canAsk()) requireCounterConfirmation(plan, confirm);
  else {
    say(script(plan, database));
    requireTyped(await askPhrase(`migrate ${plan.inspected.server.database}`, signal), 'migrate');
  }
  const receipt = await open(plan);
  const result = await runWithReceipt(database, plan, config, receipt, signal, reader =>
    readCounterPlan(reader, database, plan.definition),
  );
  const left = result.left ?? [];
  return {
    json: document(head, plan, result, receipt),
    text: [
      databaseInfo(plan.inspected, database).line,
      left.length === 0
        ? `Done in transaction ${result.xid}.`
        : `Done in transaction ${result.xid}, but not everything is right.`,
      ...plan.differs.filter(what => !left.includes(what)).map(what => `  ${what}`),
      ...left.map(what => `  remains: ${what}`),
      ...(plan.deletes === null ? [] : [`  ${plan.deletes}`]),
      ...proofLines(plan.proof),
      ...(result.left === null ? ['  The result could not be checked: run preset-usage trigger.'] : []),
      ...findingLines(result.findings),
      '',
      ...(receipt ? [`Receipt     ${receipt.file}`] : []),
      countsAreLeft(definition),
    ]
      .map(displayText)
      .join('\n'),
    exitCode: left.length > 0 ? exitCodes.unhealthy : exitCodeOf(result.findings),
  };
}

/** Never only that a trigger keeps the count, where it does not follow every event. */
function nothingToDo({ definition, health }: CounterPlan): string[] {
  const names = health.triggers.map(({ name }) => name).join(', ');
  const keeps = health.triggers.length === 1 ? 'keeps' : 'keep';
  const left = leftUncounted(health, definition);
  return left.length === 0
    ? [`Nothing to do: ${names} ${keeps} ${definition.id}.`]
    : [`Nothing to install: ${names} ${keeps} ${definition.id}, except for what follows.`, ...left];
}

const countsAreLeft = ({ id }: CounterDefinition) =>
  `To find counts that are wrong already, run check --counter ${id}.`;

/** What has to be known before anything else: whether the application counts by itself. */
function besideLines({ beside }: CounterPlan): string[] {
  if (beside === null) return [];
  return [
    `Warning: ${beside.message}`,
    'Its own increment must go at the same time, or everything is counted twice. Then run this with --application-stopped.',
  ];
}

function proofLines(proof: CounterProof | null): string[] {
  if (proof === null) return [];
  const played = proof.steps.filter(({ status }) => status === 'right' || status === 'wrong');
  return [
    proof.proved ? 'Proved in a transaction that was rolled back:' : `Not proved: ${proof.reason}.`,
    ...played.map(({ words }) => `  ${words}`),
  ];
}

function document(
  head: object,
  plan: ProvenCounterPlan,
  result: MigrationResult | null,
  receipt: MigrationReceipt | null,
) {
  const { statements, differs, deletes, drops, replaced, lacking, fingerprint, proof } = plan;
  return {
    ...head,
    fingerprint,
    differs,
    deletes,
    drops,
    statements,
    replaced,
    lacking,
    proof,
    applied: result !== null,
    transaction: result?.xid ?? null,
    left: result ? result.left : null,
    findings: (result ?? plan).findings,
    receipt: receipt?.file ?? null,
  };
}

/** The plan as a script for psql; everything else is in comments. */
function script(plan: ProvenCounterPlan, database: Database): string {
  const { statements, differs, fingerprint, inspected, definition, proof } = plan;
  const head = scriptNote(databaseInfo(inspected, database).line);
  if (statements.length === 0) return [head, ...nothingToDo(plan).map(scriptNote)].join('\n');
  return [
    ...besideLines(plan).map(scriptNote),
    head,
    scriptNote(`Fingerprint ${fingerprint}. It changes:`),
    ...differs.map(what => scriptNote(`  ${what}`)),
    ...(plan.deletes === null ? [] : [scriptNote(plan.deletes)]),
    scriptNote(countsAreLeft(definition)),
    ...proofLines(proof).map(scriptNote),
    ...scriptEnd(plan),
  ].join('\n');
}
