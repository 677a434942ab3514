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

// Of a server or a pooler that has no more for this user.
const lacks: ReadonlySet<string> = new Set(['too-many-connections', 'connection-timeout', 'connection-lost']);

/** True if a context may not have answered because the console has the last connection to its server, and so may answer once that is closed. */
export function lacksOurConnection(
  { code }: ConsoleError,
  here: Config['target'],
  there: Config['target'],
): boolean {
  const isSame = here.kind === 'server' && there.kind === 'server' && here.host === there.host;
  return isSame && here.port === there.port && lacks.has(code);
}
