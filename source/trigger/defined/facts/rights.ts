import type { CatalogFunction, TriggerCatalog } from '../../catalog.ts';
import { whoMayRun } from '../../effects/who-may-run.ts';
import { type MayRun, relationOf } from '../../effects/writer.ts';
import type { FunctionFacts } from './circumstances.ts';

interface OwnerRights {
  oid: number;
  ownerMayUpdate: boolean;
  ownerSeesAll: boolean;
}

/** What the functions of triggers may do, by their oids. */
export function rightsOf(
  owners: readonly OwnerRights[],
  catalog: TriggerCatalog,
): Map<number, FunctionFacts> {
  const writers = whoMayRun(catalog, catalog.recordsOid, ['INSERT', 'UPDATE', 'DELETE']);
  const updaters = whoMayRun(catalog, catalog.presetsOid, ['UPDATE'], catalog.countGrants);
  const policies = relationOf(catalog, catalog.presetsOid)?.policies ?? null;
  const names = (may: MayRun) => (may.public ? ['everyone (PUBLIC)'] : may.roles);
  const mayUpdate = (role: string) =>
    updaters.public || role === updaters.owner || updaters.roles.includes(role);
  const writing = names(writers).filter(role => role !== updaters.owner);
  return new Map(
    owners.flatMap(({ oid, ...rights }) => {
      const found = catalog.functions.find(each => each.oid === oid);
      return found ? [[oid, factsOf(found, rights)] as const] : [];
    }),
  );

  function factsOf(
    { definer, searchPath, owner }: CatalogFunction,
    rights: Omit<OwnerRights, 'oid'>,
  ): FunctionFacts {
    return {
      definer,
      hasPath: searchPath !== null,
      owner,
      ...rights,
      lacking: writing.filter(role => !mayUpdate(role)),
      limited: policies === null ? [] : writing.filter(mayUpdate).filter(role => !bypasses(role)),
    };
  }

  function bypasses(role: string): boolean {
    return catalog.roles.some(({ name, bypass }) => name === role && bypass);
  }
}
