import type { ErrorRow } from './error-row.ts';
import { hostErrors } from './host-errors.ts';
import { poolerErrors } from './pooler-errors.ts';
import { addressOf, type ErrorText, fromOf, noticeOf, type ServerAddress } from './server-address.ts';
import { serverErrors } from './server-errors.ts';
import { tlsErrors } from './tls-errors.ts';

export type DriverError = Error & {
  code?: string;
  reason?: string;
  routine?: string;
  early?: boolean;
  errors?: DriverError[];
  /** Of NoHost; the error is null where a server answered that is not the one that was asked for. */
  tried?: readonly { host: { name: string; address?: string; port: number }; error: DriverError | null }[];
};

const rows: readonly ErrorRow[] = [...tlsErrors, ...hostErrors, ...serverErrors, ...poolerErrors];

/** What a user is told of an error of the driver or the server; undefined for any other error. */
export function wordsFor(error: DriverError, place: ServerAddress): ErrorText | undefined {
  const { code = '', message: own, reason = own, routine = '', early = false } = error;
  if (code === 'NO_HOST' || code === 'NO_SUITABLE_HOST') return hostsWords(error, place);
  const at = addressOf(place.host, place.port);
  const [from, notice] = [fromOf(place), noticeOf(place)];
  const told = { place, at, own, from, notice, reason, error: code, routine, early };
  const row = rows.find(
    ({ on, saying, host, when }) =>
      isOn(on, code) &&
      (saying?.test(own) ?? true) &&
      (host?.test(place.host) ?? true) &&
      (when?.(told) ?? true),
  );
  if (row) {
    const hint = typeof row.hint === 'string' ? row.hint : row.hint(told);
    return { code: row.code, message: row.message(told), hint };
  }
  // Node reports one error for each address that it tried. The first one is enough.
  if (error.errors?.[0]) return wordsFor(error.errors[0], place);
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined;
  return {
    code: 'server-error',
    message: `The server answered with an error: ${own} (SQLSTATE ${code}).`,
    hint: 'See the server log for more about it.',
  };
}

function isOn(on: string | RegExp, code: string): boolean {
  return typeof on === 'string' ? on.split(' ').includes(code) : on.test(code);
}

function hostsWords({ code, tried = [], message }: DriverError, place: ServerAddress): ErrorText | undefined {
  const each = tried.map(({ host, error }) => {
    const at = { ...place, host: host.name || host.address || '', port: host.port };
    return { at: addressOf(at.host, at.port), words: error && wordsFor(error, at) };
  });
  if (code === 'NO_SUITABLE_HOST') {
    const others = each.flatMap(({ words }) => words?.message ?? []);
    const answered = each.filter(({ words }) => !words).map(({ at }) => at);
    return {
      code: 'no-suitable-server',
      message: [
        `${answered.join(', ')} is not what target_session_attrs=${message} asks for.`,
        ...others,
      ].join(' '),
      hint: 'A failover may be in progress. If not, name the other servers too, or relax target_session_attrs.',
    };
  }
  const [first] = each;
  if (each.length === 1 || !first?.words) return first?.words ?? undefined;
  return { ...first.words, message: each.map(({ words }) => words?.message ?? '').join(' ') };
}
