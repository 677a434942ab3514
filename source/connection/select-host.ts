import { isConsoleError } from '../errors/errors.ts';
import type { Host, ServerTarget, SessionAttributes } from './libpq/target.ts';

/** What a server reports about itself to a new session. */
export interface ServerState {
  standby: boolean;
  readOnly: boolean;
}

/** None of several hosts could be used; `tried` says why for each. errors.ts words the message. */
class NoHost extends Error {
  readonly code: 'NO_HOST' | 'NO_SUITABLE_HOST';
  readonly tried: readonly { host: Host; error: unknown }[];
  constructor(tried: readonly { host: Host; error: unknown }[], unsuited: string) {
    super(unsuited);
    this.code = tried.some(({ error }) => error === null) ? 'NO_SUITABLE_HOST' : 'NO_HOST';
    this.tried = tried;
  }
}

/** All hosts of a target, in the order in which they are tried. */
export function hostsOf({ hosts, host, port }: ServerTarget): readonly Host[] {
  return hosts ?? [{ name: host, port }];
}

/** True if connecting is not enough to know whether a host is acceptable. */
export function isChoosy(target: ServerTarget): boolean {
  return hostsOf(target).length > 1 || (target.sessionAttributes ?? 'any') !== 'any';
}

/**
 * The first host that answers, lets this user in, and satisfies target_session_attrs. Like libpq, it tries the next one after a
 * host that does not answer or is only starting, but not after a refusal or a wrong certificate: it rejects with that error.
 * Rejects with NoHost if none is left. `ask` logs in to a host.
 */
export async function selectHost(
  target: ServerTarget,
  ask: (host: Host) => Promise<ServerState>,
): Promise<Host> {
  const wanted = target.sessionAttributes ?? 'any';
  const tried: { host: Host; error: unknown }[] = [];
  // Preferred hosts come first; otherwise any host that answered is acceptable.
  let second: Host | undefined;
  for (const host of hostsOf(target)) {
    try {
      const state = await ask(host);
      if (suits(state, wanted)) return host;
      if (wanted === 'prefer-standby') second ??= host;
      tried.push({ host, error: null });
    } catch (error) {
      if (!isAway(error)) throw error;
      tried.push({ host, error });
    }
  }
  if (second) return second;
  throw new NoHost(tried, wanted);
}

function suits({ standby, readOnly }: ServerState, wanted: SessionAttributes): boolean {
  switch (wanted) {
    case 'any':
      return true;
    case 'primary':
      return !standby;
    case 'standby':
    case 'prefer-standby':
      return standby;
    case 'read-only':
      return standby || readOnly;
    case 'read-write':
      return !standby && !readOnly;
  }
}

const away = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'CONNECT_TIMEOUT',
  'CONNECTION_CLOSED',
  '57P03',
]);

/** True for an error that means there is no server at the moment, as opposed to one that refuses. */
export function isAway(error: unknown): boolean {
  return !isConsoleError(error) && away.has((error as { code?: string } | null)?.code ?? '');
}
