import type { CatalogRelation, TriggerCatalog } from '../catalog.ts';
import type { Enabled } from '../enabled.ts';
import type { Effect } from './effects.ts';

/** One thing that a writer does. */
export interface WriterEffect extends Omit<Effect, 'on'> {
  /** `derived`: a column that is computed from the count. */
  on: Effect['on'] | 'derived';
}

/** Who may have a writer write. Superusers always may. */
export interface MayRun {
  owner: string | null;
  roles: string[];
  /** PUBLIC: every role, also the application's. */
  public: boolean;
}

/** Something in the database that writes the count, or inserts into or deletes from the records. */
export interface Writer {
  kind: 'function' | 'procedure' | 'trigger' | 'rule' | 'view' | 'generated' | 'reference' | 'job';
  /** Of a routine with its arguments; of a job its name or number. */
  name: string;
  /** What it belongs to; null for routines and jobs. */
  table: string | null;
  does: WriterEffect[];
  /** Why it may write more than can be read, in words. */
  unreadable: string[];
  /** Who may execute it, or write the table that it acts on. */
  mayRun: MayRun;
  securityDefiner: boolean | null;
  language: string | null;
  /** When it acts by itself; `when` has the columns of UPDATE OF, or the table whose deletion a foreign key follows. */
  fires: {
    timing: string;
    events: string[];
    level: string | null;
    enabled: Enabled;
    when: string | null;
  } | null;
  /** True for the trigger that is to count, and for what the application is to call for a use. */
  expected: boolean;
}

export function relationOf(catalog: TriggerCatalog, oid: number): CatalogRelation | undefined {
  return catalog.relations.find(relation => relation.oid === oid);
}

/** Who may do one of these things to a table. */
export function whoMayRun(catalog: TriggerCatalog, oid: number, events: readonly string[]): MayRun {
  const relation = relationOf(catalog, oid);
  const may = (relation?.grants ?? []).filter(({ privileges }) =>
    privileges.some(privilege => events.includes(privilege)),
  );
  return {
    owner: relation?.owner ?? null,
    roles: may.map(({ role }) => role).filter(role => role !== null),
    public: may.some(({ role }) => role === null),
  };
}
