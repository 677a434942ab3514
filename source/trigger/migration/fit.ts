import { presetNames as names } from '../../counter/definition/preset-names.ts';

/** How the shipped migration would act on these tables, and why it could not. */
export interface MigrationFit {
  /** Why it does not fit; empty if it does. */
  unmet: string[];
  /** Why the counting trigger stays; null if the shipped one replaces it. */
  kept: keyof typeof keptReasons | null;
  /** True if it installs a trigger that fires once per record. */
  byRow: boolean;
  /** True if it installs one that also fires for what a replication worker applies. */
  always: boolean;
  /** True if a subscription brings the records, and not the counts. */
  subscribed: boolean;
  /** How its function for a use finds the user, as an expression of the variable `subject`. */
  userOf: string;
  /** Why it leaves that function out; null if it installs it. */
  misfit: string | null;
}

/** What a trigger that stays does, and the shipped one would not. */
export const keptReasons = {
  events: 'it also fires for deleted or changed records',
  deferred: 'it waits for the end of the transaction, where a record may come before its preset',
} as const;

/** The tables that the migration is written for. */
export const neededTables = [names.rows, names.records] as const;

/** What the migration's trigger needs of the tables. */
export interface MigrationNeeds {
  columns: { table: (typeof neededTables)[number]; name: string; type: string }[];
  /** Tables that cannot have this trigger, such as foreign ones. */
  noTables: string[];
  /** True if the index that allows one use a day belongs to a constraint. */
  dailyConstraint: boolean;
}

// Types under domains.
const needed: Record<MigrationNeeds['columns'][number]['table'], Record<string, RegExp>> = {
  [names.rows]: {
    [names.key]: /^uuid$/,
    [names.count]: /^(?:smallint|integer|bigint|numeric)$/,
    [names.touched]: /^timestamp with(?:out)? time zone$/,
  },
  [names.records]: {
    [names.reference]: /^uuid$/,
    [names.time[0]]: /^timestamp with(?:out)? time zone$/,
  },
};

/** Why the migration, which is written for the application's own tables, does not fit these; empty if it does. */
export function unmetNeeds({ columns, noTables, dailyConstraint }: MigrationNeeds): string[] {
  const found = noTables.map(name => `${name} is not a table of this server`);
  for (const [table, expected] of Object.entries(needed)) {
    const there = columns.filter(column => column.table === table);
    for (const [name, type] of Object.entries(expected)) {
      const column = there.find(candidate => candidate.name === name);
      if (!column) found.push(`${table} has no column ${name}`);
      else if (!type.test(column.type)) found.push(`${table}.${name} is ${column.type}`);
    }
  }
  if (dailyConstraint) found.push(`${names.dailyIndex} belongs to a constraint, which must be dropped first`);
  return found;
}
