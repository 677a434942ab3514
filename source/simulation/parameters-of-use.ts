import { takesSubject } from '../counter/users/subject-parameters.ts';
import type { UserCatalog } from '../counter/users/user-catalog.ts';
import type { CatalogFunction } from '../trigger/catalog.ts';
import type { UseIdentity } from './read-identity.ts';
import { askedIdentity } from './token-claims.ts';
import type { UsageParameter, UsageRoutine } from './usage-call.ts';

/** The parameters of a routine, with what the application passes for the user where its records and its token have different ids. */
export function parametersOfUse(
  { parameters }: UsageRoutine,
  known: CatalogFunction,
  { via }: UseIdentity,
  catalog: UserCatalog,
): UsageParameter[] {
  if (via === null) return parameters;
  const asksToken = askedIdentity([known]).subject;
  return parameters.map(parameter => ({
    ...parameter,
    isSubject: takesSubject(known, parameter.name, via, catalog),
    isFromToken: parameter.optional && (asksToken || parameter.isComputed === true),
  }));
}
