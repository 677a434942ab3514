import { causes } from '../diagnosis/format-diagnosis.ts';
import { usageError } from '../errors/errors.ts';

/** Throws a usage error (exit code 2) for the value of a flag that is no cause. */
export function requireCauses(flag: string, given: readonly string[]): void {
  const unknown = given.find(cause => !causes.includes(cause));
  if (unknown === undefined) return;
  throw usageError('bad-flag', `${unknown} is not a cause.`, `${flag} takes one of ${causes.join(', ')}.`);
}
