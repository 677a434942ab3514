import { usageError } from '../errors/errors.ts';

/** The payload of a JWT: what the application's API puts into `request.jwt.claims`. */
export interface JwtClaims {
  readonly sub?: string;
  readonly role?: string;
  readonly [claim: string]: unknown;
}

/** Reads the value of `--jwt-claims`, which may be null. Throws a usage error (exit code 2) for claims that no token can have. */
export function readJwtClaims(text: string | null, asRole: string | null): JwtClaims | null {
  if (text === null) return null;
  const claims = parse(text);
  for (const name of ['sub', 'role'] as const) {
    const value = claims[name];
    if (value !== undefined && (typeof value !== 'string' || value === '')) {
      throw refusal(
        `The claim "${name}" in --jwt-claims is not a text.`,
        `Give it as in {"${name}": "..."}.`,
      );
    }
  }
  if (asRole !== null && claims.role !== undefined && claims.role !== asRole) {
    throw refusal(
      'The role in --jwt-claims and that of --as-role differ.',
      'Give the role once, or the same role in both.',
    );
  }
  return claims;
}

function parse(text: string): JwtClaims {
  const example = `Give the token's payload, such as --jwt-claims '{"sub": "...", "role": "authenticated"}'.`;
  if (/^[\w-]+\.[\w-]+\.[\w-]*$/.test(text.trim()))
    throw refusal('The value of --jwt-claims is a whole token, not its claims.', example);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refusal('The value of --jwt-claims is not valid JSON.', example);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refusal('The value of --jwt-claims is not a JSON object.', example);
  return value as JwtClaims;
}

function refusal(message: string, hint: string) {
  return usageError('bad-flag', message, hint);
}
