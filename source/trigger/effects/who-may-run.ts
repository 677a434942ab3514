import type { CatalogGrant, CatalogRelation, TriggerCatalog } from '../catalog.ts';
import { type MayRun, relationOf } from './writer.ts';

/**
 * Who may do one of `events` to a table: those with a grant and those who inherit from them, without those whom row-level
 * security lets write nothing. `grants` are the table's own unless others are given.
 */
export function whoMayRun(
  catalog: TriggerCatalog,
  oid: number,
  events: readonly string[],
  grants: readonly CatalogGrant[] | undefined = relationOf(catalog, oid)?.grants,
): MayRun {
  const relation = relationOf(catalog, oid);
  const found = new Set<string | null>();
  for (const { role, privileges } of grants ?? []) {
    for (const event of privileges.filter(privilege => events.includes(privilege))) {
      for (const each of [role, ...heirsOf(role, relation, catalog)]) {
        if (isLet(each, event, relation, catalog)) found.add(each);
      }
    }
  }
  return {
    owner: relation?.owner ?? null,
    roles: [...found].filter(role => role !== null).sort(),
    public: found.has(null),
  };
}

/** Those who may both: a view with security_invoker needs its caller's rights on the table too. */
export function whoMayBoth(one: MayRun, other: MayRun): MayRun {
  const may = ({ public: everybody, roles, owner }: MayRun, role: string) =>
    everybody || roles.includes(role) || owner === role;
  const all = [...one.roles, ...other.roles];
  return {
    owner: one.owner,
    roles: [...new Set(all)].filter(role => role !== one.owner && may(one, role) && may(other, role)).sort(),
    public: one.public && other.public,
  };
}

/** Those who have a role's rights too. What everyone has, those have too whom only policies of their own let write. */
function heirsOf(
  role: string | null,
  relation: CatalogRelation | undefined,
  { roles }: TriggerCatalog,
): string[] {
  if (role !== null) return roles.filter(({ has }) => has.includes(role)).map(({ name }) => name);
  if (!relation?.policies) return [];
  const named = relation.policies.flatMap(policy => policy.roles.filter(each => each !== null));
  return [...named, ...roles.filter(({ bypass }) => bypass).map(({ name }) => name)];
}

/** Whether row-level security lets a role write any row. What a policy's condition lets pass is not known here. */
function isLet(
  role: string | null,
  event: string,
  relation: CatalogRelation | undefined,
  { roles }: TriggerCatalog,
): boolean {
  // Policies do not apply to TRUNCATE.
  if (!relation?.policies || event === 'TRUNCATE') return true;
  const known = roles.find(({ name }) => name === role);
  if (known?.bypass || role === relation.owner || known?.has.includes(relation.owner)) return true;
  const own = new Set<string | null>([null, role, ...(known?.has ?? [])]);
  const applying = relation.policies.filter(
    policy => policy.event === event && policy.roles.some(each => own.has(each)),
  );
  return (
    applying.some(({ permissive, closed }) => permissive && !closed) &&
    !applying.some(({ permissive, closed }) => !permissive && closed)
  );
}
