import type { RepairPlan } from '../../repair/plan/repair-plan.ts';

/** Whether a plan writes nothing. */
export function isEmpty({
  changes,
  recordsToDelete,
  recordsToRestore,
}: Pick<RepairPlan, 'changes' | 'recordsToDelete' | 'recordsToRestore'>): boolean {
  return changes.length === 0 && recordsToDelete === 0 && recordsToRestore === 0;
}

/** What --confirm needs beside it, if the receipt of the plan is in doubt. */
export function trusting({ source }: Pick<RepairPlan, 'source'>): string {
  return source && source.doubt !== null ? ` --trust-receipt ${source.id}` : '';
}

/** What a dry run ends with: how to carry out its plan, or that it would be refused. */
export function nextStep(plan: RepairPlan): string {
  const errors = plan.remarks.filter(({ severity }) => severity === 'error').length;
  if (errors > 0)
    return `Nothing was changed. With --confirm this ${plan.action} would be refused: see the ${errors === 1 ? 'error' : 'errors'} above.`;
  if (isEmpty(plan)) return 'Nothing was changed.';
  // Every start of the demo is another database, so no plan outlives the command.
  if (plan.inspected.label === 'demo')
    return 'Nothing was changed. The demo database ends with this command; in the console it lasts longer.';
  return `Nothing was changed. To carry out this plan, run the same command with --confirm ${plan.fingerprint}${trusting(plan)} in place of --dry-run.`;
}
