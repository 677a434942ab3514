import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import { leftUncounted } from '../../migration/defined/counter-plan.ts';
import {
  type CounterPlan,
  type ProvenCounterPlan,
  planCounterMigration,
  readCounterPlan,
} from '../../migration/defined/read-counter-plan.ts';
import type { CounterProof } from '../../migration/defined/run-counter-proof.ts';
import type { MigrationReceipt } from '../../migration/migration-receipt.ts';
import { carryOutMigration } from '../migration/carry-out-migration.ts';
import { scriptEnd, scriptNote, surpriseLines } from '../migration/migration-script.ts';
import { databaseInfo } from '../output/database-info.ts';
import type { Outcome } from '../output/outcome.ts';

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
  const { readOnly, dryRun, applicationStopped } = config;
  const plan = await planCounterMigration(
    database,
    { definition, readOnly, dryRun, applicationStopped },
    signal,
  );
  const { statements, differs, deletes, drops, replaced, lacking, fingerprint, proof } = plan;
  return carryOutMigration(
    { database, config, signal, open, say },
    {
      plan,
      json: { fingerprint, differs, deletes, drops, statements, replaced, lacking, proof },
      script: script(plan, database),
      nothing: nothingToDo(plan),
      repaired: '  ',
      done: [...(deletes === null ? [] : [`  ${deletes}`]), ...proofLines(proof)],
      after: countsAreLeft(definition),
      reread: reader => readCounterPlan(reader, database, plan.definition),
    },
  );
}

/** Never only that a trigger keeps the count, where it does not follow every event. */
function nothingToDo({ definition, health, room }: CounterPlan): string[] {
  const names = health.triggers.map(({ name }) => name).join(', ');
  const keeps = health.triggers.length === 1 ? 'keeps' : 'keep';
  const left = leftUncounted(health, definition, room);
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
    ...[...surpriseLines(plan), ...proofLines(proof)].map(scriptNote),
    ...scriptEnd(plan),
  ].join('\n');
}
