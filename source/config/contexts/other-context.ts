import { ConsoleError, isConsoleError } from '../../errors/errors.ts';
import type { Config, Flags } from '../config.ts';

/** The same flags for another database: what names one, or what is in one, such as a user, was not meant for this. */
export function flagsElsewhere(given: Flags): Flags {
  const { databaseUrl, demo, schema, counter, preset, asUser, asRole, jwtClaims, ...others } = given;
  return others;
}

/** The error of a database that could not be opened from the console of another, which is closed: it also says how to open that again. */
export function withWayBack(error: unknown, { context }: Pick<Config, 'context'>): unknown {
  if (!isConsoleError(error)) return error;
  const { code, message, hint, exitCode, cause } = error;
  const back =
    context === null
      ? 'The other database is closed. Start the console as before to open it again.'
      : `The context ${context.name} is closed. Open it again with preset-usage --context ${context.name}.`;
  return new ConsoleError({ code, message, hint: `${hint} ${back}`, exitCode, cause });
}
