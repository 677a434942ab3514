import { type DriverError, wordsFor } from './error-words.ts';
import { withoutPasswords } from './redact.ts';
import type { ServerAddress } from './server-address.ts';
import { shortened } from './shorten.ts';

export type { ServerAddress as Place };

/** The contract's exit codes; nothing else ends the process with a number of its own. */
export const exitCodes = {
  healthy: 0,
  unhealthy: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  fault: 70,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/**
 * What a user sees: what happened, what to do, and the exit code. Some errors quote users and servers, so passwords are removed
 * and the length is limited.
 */
export class ConsoleError extends Error {
  override readonly name = 'ConsoleError';
  readonly code: string;
  readonly hint: string;
  readonly exitCode: ExitCode;

  constructor(problem: { code: string; message: string; hint: string; exitCode: ExitCode; cause?: unknown }) {
    super(fitToTell(problem.message), { cause: problem.cause });
    this.code = problem.code;
    this.hint = fitToTell(problem.hint);
    this.exitCode = problem.exitCode;
  }
}

// In characters.
const longestSentence = 4_000;

function fitToTell(text: string): string {
  return withoutPasswords(shortened(text, longestSentence));
}

/** True for an error that is written for users; any other is a fault of this program. */
export function isConsoleError(error: unknown): error is ConsoleError {
  return error instanceof ConsoleError;
}

/** Bad usage or configuration: exit code 2, and nothing was sent to the database. */
export function usageError(code: string, message: string, hint: string): ConsoleError {
  return new ConsoleError({ code, message, hint, exitCode: exitCodes.usage });
}

/** What ends with Ctrl-C, or is aborted: exit code 130. */
export function interrupted(): ConsoleError {
  return new ConsoleError({
    code: 'interrupted',
    message: 'Interrupted.',
    hint: 'Nothing was changed.',
    exitCode: exitCodes.interrupted,
  });
}

/** Throws where this was interrupted. */
export function stopIfInterrupted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw interrupted();
}

/**
 * Puts an error of the driver or the server into words (exit code 3). Any other error is returned unchanged: a fault of this
 * program must not look like a network problem.
 */
export function databaseError(error: unknown, place: ServerAddress): unknown {
  if (isConsoleError(error) || !(error instanceof Error)) return error;
  // An error of a file has a path, one of a socket an address.
  if ('path' in error && 'syscall' in error) return error;
  const words = wordsFor(error as DriverError, place);
  if (!words) return error;
  return new ConsoleError({ ...words, exitCode: exitCodes.unreachable, cause: error });
}

/** True where asking again later may help: the network or the server went away, as opposed to a refusal. */
export function isTransient(error: unknown): boolean {
  return isConsoleError(error) && transient.has(error.code);
}

const transient = new Set([
  'host-not-found',
  'connection-refused',
  'connection-lost',
  'connection-timeout',
  'server-starting',
  'no-suitable-server',
  'too-many-connections',
  'statement-timeout',
  'cancelled',
  'lock-timeout',
  'recovery-conflict',
  'rows-hidden',
  'server-error',
]);

/** True where there was no server to ask, so that waiting for it has cost it nothing. */
export function isOutage(error: unknown): boolean {
  if (!isConsoleError(error) || !outages.has(error.code)) return false;
  // A transaction that a limit has ended may have been hard work.
  return !['25P03', '25P04'].includes((error.cause as DriverError | undefined)?.code ?? '');
}

const outages = new Set([
  'host-not-found',
  'connection-refused',
  'connection-lost',
  'connection-timeout',
  'server-starting',
  'no-suitable-server',
  'too-many-connections',
]);

/** The server's code of an error; empty for an error of the system, whose codes, such as EPIPE and EROFS, can look like one. */
export function sqlState(error: unknown): string {
  const { code = '', syscall } = (error ?? {}) as { code?: string; syscall?: string };
  return syscall === undefined && /^[0-9A-Z]{5}$/.test(code) ? code : '';
}
