import type { Finding } from '../../counter/finding.ts';
import type { CatalogTrigger, TriggerCatalog } from '../catalog.ts';
import { triggerName } from '../expected-names.ts';
import { orByHand } from '../migration/hints.ts';
import { describeType } from '../trigger-type.ts';

/** Uses that the counting trigger does not fire for, although it is enabled: those of workers, sessions and partitions. */
export function judgeReplication(catalog: TriggerCatalog, trigger: CatalogTrigger): Finding[] {
  const { partitions, subscribed, replicaRoles, replicaEverywhere } = catalog.replication;
  const { level } = describeType(trigger.type);
  const findings: Finding[] = [];
  const always = trigger.enabled === 'A' || trigger.enabled === 'R';
  if (subscribed && trigger.enabled !== 'D' && (level === 'statement' || !always)) {
    findings.push({
      code: 'replicated-uses-not-counted',
      severity: 'error',
      message:
        level === 'statement'
          ? `A subscription brings records into ${trigger.table}, and its worker never fires a trigger that fires once per statement.`
          : `A subscription brings records into ${trigger.table}, and its worker fires only triggers that are ENABLE ALWAYS.`,
      hint: orByHand(
        catalog,
        'Run preset-usage migrate: it installs a trigger that fires ALWAYS and once per record. Then sync the counts.',
      ),
    });
  }
  if (partitions > 0 && level === 'statement') {
    findings.push({
      code: 'partition-inserts-not-counted',
      severity: 'warning',
      message: `The trigger fires once per statement on ${trigger.table}: an insert straight into one of its ${partitions} partitions is not counted.`,
      hint: orByHand(catalog, 'Run preset-usage migrate: it installs a trigger that fires once per record.'),
    });
  }
  if (trigger.enabled === 'O' && (replicaEverywhere || replicaRoles.length > 0)) {
    findings.push({
      code: 'replica-sessions',
      severity: replicaEverywhere ? 'error' : 'warning',
      message: `${replicaEverywhere ? 'Sessions in this database' : `Sessions of ${replicaRoles.join(', ')}`} run with session_replication_role = replica: the trigger does not fire for their uses.`,
      hint: `If they make uses, reset that setting, or ALTER TABLE ${trigger.table} ENABLE ALWAYS TRIGGER ${triggerName};`,
    });
  }
  return findings;
}
