import type { CatalogRelation, TriggerCatalog } from '../catalog.ts';
import type { Enabled } from '../enabled.ts';
import type { Effect } from './effects.ts';

/** One write by a writer. */
export interface WriterEffect extends Omit<Effect, 'on'> {
  /** `derived`: a column computed from the count. */
  on: Effect['on'] | 'derived';
}

/** Who may make a writer write. Superusers always may. */
export interface MayRun {
  owner: string | null;
  roles: string[];
  /** PUBLIC: every role, including the application's. */
  public: boolean;
}

/** Something in the database that writes the count, or inserts into or deletes from the records. */
export interface Writer {
  kind: 'function' | 'procedure' | 'trigger' | 'rule' | 'view' | 'table' | 'generated' | 'reference' | 'job';
  /** A routine's name with its arguments, or a job's name or number. */
  name: string;
  /** The table it belongs to; null for routines and jobs. */
  table: string | null;
  does: WriterEffect[];
  /** Why it may write more than can be read, in words. */
  unreadable: string[];
  /** Who may execute it, or write the table that it acts on. */
  mayRun: MayRun;
  securityDefiner: boolean | null;
  language: string | null;
  /** When it runs automatically; `when` names the columns of UPDATE OF, or the DELETE that a foreign key follows. */
  fires: {
    timing: string;
    events: string[];
    level: string | null;
    enabled: Enabled;
    when: string | null;
  } | null;
  /** True for the counting trigger and for the routine that the application calls for a use. */
  expected: boolean;
}

export function relationOf(catalog: TriggerCatalog, oid: number): CatalogRelation | undefined {
  return catalog.relations.find(relation => relation.oid === oid);
}
