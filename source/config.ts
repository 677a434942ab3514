import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import type { ColumnChoice } from './audit/match-columns.ts';
import { readColumnChoice } from './column-choice.ts';
import { namesDatabase } from './connecting/environment.ts';
import { resolveTarget } from './connecting/resolve-target.ts';
import type { ServerTarget } from './connecting/target.ts';
import { readEnvFile, refuseReference } from './env-file.ts';
import { usageError } from './errors.ts';
import { stateDirectory } from './receipts/places.ts';

export type { ServerTarget };

export type Target = ServerTarget | { kind: 'demo'; source: string };

/** Everything the program was told, checked once and frozen. */
export interface Config {
  target: Target;
  schema: string;
  readOnly: boolean;
  /** Ids or names; empty means every preset. */
  presets: readonly string[];
  /** As whom a simulated use is made; null leaves it to what the database shows. */
  asUser: string | null;
  asRole: string | null;
  /** The fingerprint of a plan that a person has seen and agrees with. */
  confirm: string | null;
  /** undo: the receipt's id or file. */
  receipt: string | null;
  /** undo: the id of a receipt that is undone although this console may not have written it. */
  trustReceipt: string | null;
  /** Print the plan and change nothing. */
  dryRun: boolean;
  /** reset: the records too. */
  deleteHistory: boolean;
  /** sync: `last_used_at` too. */
  lastUsed: boolean;
  /** undo: records also where it cannot be told whether they are there already. */
  putBackAnyway: boolean;
  /** sync, reset, undo: keep other triggers from firing. */
  suppressTriggers: boolean;
  /** undo: what becomes of columns that are not as they were. */
  columns: ColumnChoice;
  /** simulate: make one real use instead; or take one back that was made so. */
  commit: boolean;
  takeBack: string | null;
  /** The application's log, and where the checklist's evidence goes. */
  appLog: string | null;
  report: string | null;
  /** The directory with the application's source. */
  appSource: string | null;
  json: boolean;
  /** Statement timeout in seconds. */
  timeout: number;
  /** Lock timeout in seconds. */
  lockTimeout: number;
  color: boolean;
  ascii: boolean;
  /** Where receipts and their journal are kept. */
  stateDirectory: string;
}

const flagSchema = z.object({
  databaseUrl: z.optional(z.string()),
  schema: z._default(z.string().check(z.minLength(1)), 'public'),
  readOnly: z._default(z.boolean(), false),
  // The empty text may be a key like any other.
  preset: z._default(z.array(z.string()), []),
  asUser: z._default(z.nullable(z.string().check(z.minLength(1))), null),
  asRole: z._default(z.nullable(z.string().check(z.minLength(1))), null),
  confirm: z._default(z.nullable(z.string().check(z.minLength(1))), null),
  receipt: z._default(z.nullable(z.string().check(z.minLength(1))), null),
  trustReceipt: z._default(z.nullable(z.string().check(z.minLength(1))), null),
  dryRun: z._default(z.boolean(), false),
  deleteHistory: z._default(z.boolean(), false),
  lastUsed: z._default(z.boolean(), false),
  putBackAnyway: z._default(z.boolean(), false),
  suppressTriggers: z._default(z.boolean(), false),
  mapColumn: z._default(z.array(z.string()), []),
  dropColumn: z._default(z.array(z.string().check(z.minLength(1))), []),
  commit: z._default(z.boolean(), false),
  takeBack: z._default(z.nullable(z.string().check(z.minLength(1))), null),
  appLog: z._default(z.nullable(z.string().check(z.minLength(1))), null),
  appSource: z._default(z.nullable(z.string().check(z.minLength(1))), null),
  report: z._default(z.nullable(z.string().check(z.minLength(1))), null),
  json: z._default(z.boolean(), false),
  timeout: z._default(z.number().check(z.positive(), z.maximum(86_400)), 30),
  lockTimeout: z._default(z.number().check(z.positive(), z.maximum(86_400)), 2),
  color: z._default(z.boolean(), true),
  ascii: z._default(z.boolean(), false),
  demo: z._default(z.boolean(), false),
});

/** The flags as the command line spells them, after meow has read them. */
export type Flags = z.input<typeof flagSchema>;

type Environment = Record<string, string | undefined>;

const flagHints: Record<string, string> = {
  timeout: 'Give --timeout a number of seconds above 0, such as --timeout 30.',
  lockTimeout: 'Give --lock-timeout a number of seconds above 0, such as --lock-timeout 2.',
  schema: 'Give --schema the name of a schema, such as --schema public.',
  preset: 'Give --preset the id or the name of a preset.',
  asUser: 'Give --as-user the id of a user.',
  asRole: 'Give --as-role the name of a role.',
  dropColumn: 'Give --drop-column the name of a column that the receipt has values of.',
  confirm: 'Give --confirm the fingerprint that was printed with the plan.',
  trustReceipt: 'Give --trust-receipt the id of the receipt, as preset-usage receipts lists it.',
  appLog: "Give --app-log the path of the application's log.",
  appSource: "Give --app-source the directory with the application's source.",
  report: 'Give --report the path of the file to write.',
  databaseUrl: 'Give --database-url a URL such as postgres://user@host:5432/database.',
};

/**
 * Turns flags, environment and `.env` into one frozen configuration; which of them names the database is CONTRACT.md's
 * order. Throws a usage error (exit code 2) for anything that cannot be honoured: nothing is ignored silently.
 */
export function loadConfig(flags: Flags, environment: Environment, directory: string): Config {
  const parsed = z.safeParse(flagSchema, flags);
  if (!parsed.success) {
    const flag = String(parsed.error.issues[0]?.path[0] ?? '');
    const name = `--${flag.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`;
    throw usageError(
      'bad-flag',
      `The value of ${name} cannot be used.`,
      flagHints[flag] ?? 'Run with --help for the flags.',
    );
  }
  const { demo, preset, databaseUrl, mapColumn, dropColumn, ...rest } = parsed.data;
  const noColor = environment.NO_COLOR !== undefined && environment.NO_COLOR !== '';
  return Object.freeze({
    ...rest,
    presets: Object.freeze([...preset]),
    columns: readColumnChoice(mapColumn, dropColumn),
    color: rest.color && !noColor,
    stateDirectory: stateDirectory(environment, homedir()),
    target: Object.freeze(
      demo ? { kind: 'demo', source: '--demo' } : findTarget(databaseUrl, environment, directory),
    ) as Target,
  });
}

const urlNames = ['DATABASE_URL', 'SUPABASE_DB_URL'] as const;

function findTarget(flag: string | undefined, environment: Environment, directory: string): Target {
  const home = environment.HOME || homedir();
  const from = (text: string | null, source: string, file?: string) =>
    resolveTarget({ text, source, file }, environment, home);
  if (flag !== undefined) return from(flag, '--database-url');
  for (const name of urlNames) {
    const text = environment[name];
    if (text) return from(text, name);
  }
  const file = readEnvFile(directory);
  for (const name of urlNames) {
    const text = file?.[name];
    if (!text) continue;
    refuseReference(text, `${name} in .env`);
    return from(text, `${name} in .env`, join(directory, '.env'));
  }
  if (namesDatabase(environment)) return from(null, "libpq's variables");
  return { kind: 'demo', source: 'no database is configured' };
}
