import type { Finding } from '../../../counter/finding.ts';
import type { Value } from '../../../counters/body/expression.ts';
import type { EventName } from '../events.ts';
import type { GeneratedColumn } from './generated.ts';

/** Why an event can happen. */
export interface Cause {
  kind: 'cascade' | 'function' | 'job' | 'soft-delete' | 'state' | 'grant' | 'owner';
  /** A sentence without its full stop. */
  text: string;
}

/** What the catalog says of a trigger beside its body. */
export interface TriggerFacts {
  /** `tgenabled`: O origin, A always, R replica, D disabled. */
  enabled: 'O' | 'A' | 'R' | 'D';
  /** Partitions whose copy of it does not fire. */
  offIn: readonly string[];
  definition: string | null;
}

/** What the catalog says of a trigger's function beside its body. */
export interface FunctionFacts {
  definer: boolean;
  /** It has a search_path of its own. */
  hasPath: boolean;
  owner: string;
  /** Whether its owner may update the count, and policies do not hide rows from it. */
  ownerMayUpdate: boolean;
  ownerSeesAll: boolean;
  /** Of one that runs as its caller: roles that may write records and not the count, and those that policies may stop. */
  lacking: readonly string[];
  limited: readonly string[];
}

/** Another writer of the count. */
export interface OtherWriter {
  kind: string;
  name: string;
  table: string | null;
  timing: string | null;
  events: readonly string[];
  enabled: string | null;
  function: string | null;
  /**
   * `counts`: it sets the count to a number of records; `zero`: to 0; `begins`: only in new rows; `helps`: a trigger that keeps the
   * count does so by calling it.
   */
  how: 'counts' | 'adds' | 'sets' | 'zero' | 'begins' | 'helps';
}

/** How the counts of a few rows that have records compare with them. */
export interface Agreement {
  compared: number;
  /** Those that are right, or wrong by at most a tenth. */
  near: number;
}

/** What decides, beside the bodies, whether a count is kept. */
export interface Circumstances {
  count: {
    nullable: boolean;
    default: string | null;
    /** The server computes it from other columns: nothing else can write it. */
    generated: boolean;
  };
  /** Columns of the records: whether they hold NULL, and what they hold by default; undefined if that is computed. */
  columns: ReadonlyMap<string, { nullable: boolean; default: Value | undefined }>;
  /** Columns of the records that the server computes. */
  generated: readonly GeneratedColumn[];
  causes: ReadonlyMap<EventName, readonly Cause[]>;
  /** By the trigger's name and the oid of its table: see `factsKey`. */
  triggers: ReadonlyMap<string, TriggerFacts>;
  /** By the function's oid. */
  functions: ReadonlyMap<number, FunctionFacts>;
  /** Triggers of the records that may write the count in a way that is not read, each with why, in words. */
  unread: readonly { name: string; events: readonly EventName[]; why: string }[];
  others: readonly OtherWriter[];
  /** That jobs were not read. */
  jobs?: readonly Finding[];
  /** The owner of the records, who may do everything. */
  owner: string | null;
  /** A foreign key makes records follow a row whose key changes, and no trigger of `migrate` tells that they did not move. */
  keyCascades: boolean;
  /** The name of the trigger that updates the references of records when a row's key changes; missing if there is none. */
  takesAlong?: string | null;
  /** Tables that inherit from the records and are no partitions, with the functions that triggers of their own run. */
  heirs?: readonly { table: number; name: string; functions: readonly number[] }[];
  /** Something makes the row of another table that holds the count; true if it is the row itself. */
  countRowsMade: boolean;
  /** The row with the count is there before its first record is: a trigger of the rows inserts it. */
  countRowsThere: boolean;
  /** Null where it was not looked at; undefined where something in the database counts what is inserted. */
  agreement?: Agreement | null | undefined;
}

export function factsKey({ name, table }: { name: string; table: number }): string {
  return `${table} ${name}`;
}
