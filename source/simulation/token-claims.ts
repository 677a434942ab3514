import type { SqlCall, SqlReading, SqlValue } from '../sql/sql-effects.ts';
import { doneBy, type ReachedBody } from '../trigger/side-effects.ts';

/** What the bodies that a use runs ask about who makes it. */
export interface AskedIdentity {
  /** True if any of them asks for more of the token than its role. */
  subject: boolean;
  /** Other claims than subject and role, with the body that asks; `policy` if only row-level security does. */
  claims: { claim: string; by: string; policy: boolean }[];
  /** Settings of the application's own that look like the id of somebody, such as `app.user_id`. */
  settings: { setting: string; by: string }[];
}

/** Reads from the bodies what they ask of the token of a request, and of the application's own settings. */
export function askedIdentity(
  bodies: readonly Pick<ReachedBody, 'identity' | 'schema' | 'reading'>[],
): AskedIdentity {
  const asked: AskedIdentity = { subject: false, claims: [], settings: [] };
  for (const { identity, schema, reading } of bodies) {
    const { calls } = doneBy(reading);
    for (const { literals, name } of calls) {
      const [setting] = literals;
      if (name === 'current_setting' && setting && somebody.test(setting))
        asked.settings.push({ setting, by: identity });
    }
    // The bodies of auth.uid() and similar functions do not count; their callers do.
    if (schema === 'auth') continue;
    for (const claim of claimsIn(calls, reading)) {
      if (claim === 'sub' || claim === null) asked.subject = true;
      else if (!usual.has(claim)) {
        asked.claims.push({ claim, by: identity, policy: identity.startsWith('the policy ') });
        asked.subject = true;
      }
    }
  }
  return asked;
}

// What every token has, and what a simulation sets.
const usual: ReadonlySet<string> = new Set(['role', 'aud', 'iss', 'exp', 'iat']);

const somebody =
  /^(?!request\.)[\w-]+\.(.*[._-])?(user|uid|sub($|ject)|account|profile|member|person|employee|tenant|org|team|workspace|company|client|customer|owner|actor|identity|claims|jwt$|token$)/i;

/** The claims that a text reads; null for the token as a whole. */
function claimsIn(calls: readonly SqlCall[], { lookups }: SqlReading): (string | null)[] {
  const taken = lookups
    .filter(({ calls: of }) => of.some(isToken))
    .map(({ keys }: SqlValue) => [...keys].reverse().join('.'));
  const alone = calls.flatMap((call): (string | null)[] => {
    const [, claim] = /^request\.jwt\.claim\.(.+)$/.exec(settingOf(call) ?? '') ?? [];
    if (claim !== undefined) return [claim];
    if (call.schema !== 'auth') return [];
    if (call.name === 'uid' || call.name === 'user_id') return ['sub'];
    return call.name === 'role' || call.name === 'email' ? [call.name] : [];
  });
  const whole = taken.length === 0 && calls.some(isToken) ? [null] : [];
  return [...taken, ...alone, ...whole];
}

type Called = Pick<SqlCall, 'schema' | 'name' | 'literals'>;

function isToken(call: Called): boolean {
  return (
    settingOf(call) === 'request.jwt.claims' ||
    (call.schema === 'auth' && (call.name === 'jwt' || call.name === 'session'))
  );
}

function settingOf({ name, literals }: Called): string | null {
  return name === 'current_setting' ? (literals[0] ?? null) : null;
}
