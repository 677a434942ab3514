import type { JwtClaims } from '../config/jwt-claims.ts';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { unquoted } from '../counter/discovery/unquoted.ts';
import { described, findUser } from '../counter/users/find-user.ts';
import { readUserCatalog } from '../counter/users/read-user-catalog.ts';
import type { UserCatalog } from '../counter/users/user-catalog.ts';
import { userColumnOf } from '../counter/users/user-paths.ts';

/** As whom a use is made: by the id in the records, and by the token of the application. */
export interface UseIdentity {
  /** What the records name the user by; null if nobody is known. */
  user: string | null;
  /** The subject of the token; null if there is none. */
  subject: string | null;
  /** The claims that were given, if any: then they are the whole token. */
  claims: JwtClaims | null;
  /** The column that the subject was found in, if it is another id than the user's. */
  via: string | null;
  /** Why it is not known which subject the application's token has for this user; null if it is known. */
  doubt: string | null;
}

/** The column of the records that names the user; null if there is none. */
export interface UserColumnChoice {
  catalog: UserCatalog;
  column: string | null;
}

export async function readUserColumn(reader: Reader, tables: Tables): Promise<UserColumnChoice> {
  const catalog = await readUserCatalog(reader, tables);
  return { catalog, column: userColumnOf(catalog, unquoted(tables.records.preset)) };
}

/**
 * Finds out as whom a use is made: `asUser`, which is either id, else the subject of the claims, else the user of a recent record,
 * else any.
 */
export async function readIdentity(
  reader: Reader,
  { records }: Tables,
  { catalog, column }: UserColumnChoice,
  {
    asUser,
    claims,
    sample,
  }: {
    asUser: string | null;
    claims: JwtClaims | null;
    /** A recent record, by column; empty if there is none. */
    sample: Readonly<Record<string, string | null>>;
  },
): Promise<UseIdentity> {
  const nobody = { user: null, subject: null, claims, via: null, doubt: null };
  const recent = column === null ? undefined : sample[column];
  const id = asUser ?? claims?.sub ?? recent ?? null;
  // A recent record without a user was a use of somebody unknown, and so is this one.
  if (id === null && recent === null) return { ...nobody, subject: claims?.sub ?? null };
  const way = column === null ? null : await findUser(reader, catalog, column, id);
  const user = way?.found ? way.user : column === null ? null : id;
  if (claims) return { user, subject: claims.sub ?? null, claims, via: null, doubt: null };
  if (way?.found) {
    const { subject, path } = way;
    return { user, subject, claims, via: path.hops.length === 0 ? null : described(path), doubt: null };
  }
  if (id === null && column !== null && way?.found === false && way.nobody) return nobody;
  return {
    user,
    subject: id,
    claims,
    via: null,
    doubt:
      column === null
        ? `${records.name} has no column that names the user`
        : `for ${records.name}.${column}, ${way?.why}`,
  };
}

/** The role that Supabase's API uses for signed-in users. */
export const usualRole = 'authenticated';

/** The claims of the token for a use as `role`; null without a user and a role. */
export function claimsOf({ subject, claims }: UseIdentity, role: string | null): JwtClaims | null {
  if (claims) return { role: role ?? usualRole, ...claims };
  if (subject === null && role === null) return null;
  return { ...(subject === null ? {} : { sub: subject }), role: role ?? usualRole };
}
