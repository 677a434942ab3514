import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import type { MigrationReceipt } from '../../migration/migration-receipt.ts';
import { eventNames, type MigrationProof, outcomeWords } from '../../migration/proof.ts';
import { type MigrationPlan, type ProvenPlan, planMigration } from '../../migration/read-plan.ts';
import { trackName } from '../../trigger/expected-names.ts';
import { keptReasons } from '../../trigger/migration/fit.ts';
import { carryOutMigration } from '../migration/carry-out-migration.ts';
import { scriptEnd, scriptNote, surpriseLines } from '../migration/migration-script.ts';
import { databaseInfo } from '../output/database-info.ts';
import type { Outcome } from '../output/outcome.ts';
import { migrateCounter } from './migrate-counter.ts';

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
  const { statements, differs, replaced, lacking, fingerprint, proof, fit } = plan;
  return carryOutMigration(
    { database, config, signal, open, say },
    {
      plan,
      // The contract's `migrate` document, with what this program adds to it.
      json: { fingerprint, differs, statements, replaced, lacking, leftOut: fit.misfit, proof },
      script: script(plan, database),
      nothing: [
        `Nothing to do: ${fit.misfit === null ? `the trigger, its function and ${trackName}()` : 'the trigger and its function'} are already installed.`,
        ...leftOutLines(plan),
      ],
      repaired: '  repaired: ',
      done: [...leftOutLines(plan), ...proofLines(proof)],
      after: countsAreLeft,
    },
  );
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
    ...[...leftOutLines(plan), ...surpriseLines(plan), ...proofLines(plan.proof)].map(scriptNote),
    ...scriptEnd(plan),
  ].join('\n');
}
