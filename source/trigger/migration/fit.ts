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
  /** How its `track_preset_usage()` finds the user, as an expression of the variable `subject`. */
  userOf: string;
  /** Why it leaves `track_preset_usage()` out; null if it installs it. */
  misfit: string | null;
}

/** What a trigger that stays does, and the shipped one would not. */
export const keptReasons = {
  events: 'it also fires for deleted or changed records',
  deferred: 'it waits for the end of the transaction, where a record may come before its preset',
} as const;

/** What the migration's trigger needs of the tables. */
export interface MigrationNeeds {
  columns: { table: 'presets' | 'preset_usage'; name: string; type: string }[];
  /** Tables that cannot have this trigger, such as foreign ones. */
  noTables: string[];
  /** True if `idx_preset_usage_daily_unique` belongs to a constraint. */
  dailyConstraint: boolean;
}

// Types under domains.
const needed: Record<MigrationNeeds['columns'][number]['table'], Record<string, RegExp>> = {
  presets: {
    id: /^uuid$/,
    usage_count: /^(?:smallint|integer|bigint|numeric)$/,
    last_used_at: /^timestamp with(?:out)? time zone$/,
  },
  preset_usage: {
    preset_id: /^uuid$/,
    created_at: /^timestamp with(?:out)? time zone$/,
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
  if (dailyConstraint)
    found.push('idx_preset_usage_daily_unique belongs to a constraint, which must be dropped first');
  return found;
}
