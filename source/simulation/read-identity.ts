import type { JwtClaims } from '../config/jwt-claims.ts';
import type { Reader } from '../connection/transactions.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { unquoted } from '../counter/discovery/unquoted.ts';
import {
  described,
  findAccount,
  findUser,
  findUserWithout,
  type UserWay,
} from '../counter/users/find-user.ts';
import { readUserCatalog } from '../counter/users/read-user-catalog.ts';
import type { UserCatalog } from '../counter/users/user-catalog.ts';
import { userColumnOf } from '../counter/users/user-paths.ts';

/** As whom a use is made: by the id in the records, and by the token of the application. */
export interface UseIdentity {
  /** What the records name the user by; null if nobody is known. */
  user: string | null;
  /** The subject of the token, or null. */
  subject: string | null;
  /** The claims that were given, if any: then they are the whole token. */
  claims: JwtClaims | null;
  /** The column that the subject was found in, if it is another id than the user's. */
  via: string | null;
  /** Why it is not known which subject the application's token has for this user; null if it is known. */
  doubt: string | null;
}

/** The column of the records that names the user, or null. */
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
  tables: Tables,
  { catalog, column }: UserColumnChoice,
  {
    asUser,
    claims,
    sample,
    unused,
  }: {
    asUser: string | null;
    claims: JwtClaims | null;
    /** A recent record, by column; empty if there is none. */
    sample: Readonly<Record<string, string | null>>;
    /** A preset that a user may use only once: nobody is chosen who already did, if there is anybody else. */
    unused: string | null;
  },
): Promise<UseIdentity> {
  const { records } = tables;
  const asked = asUser ?? claims?.sub ?? null;
  if (column === null) {
    const subject = claims ? (claims.sub ?? null) : (asked ?? (await findAccount(reader, catalog)));
    // Whose use it is shows nowhere, so any account will do.
    const unknown = claims === null && subject === null;
    const doubt = unknown
      ? `${records.name} has no column that names the user, and no account was found`
      : null;
    return { user: null, subject, claims, via: null, doubt };
  }
  const recent = sample[column] ?? null;
  const way = await wayOf(reader, catalog, column, asked, recent);
  const user = way.found ? way.user : (asked ?? recent);
  if (claims) return { user, subject: claims.sub ?? null, claims, via: null, doubt: null };
  if (way.found) {
    const { path } = way;
    const fresh =
      unused === null || asked !== null ? null : await findUserWithout(reader, catalog, path, tables, unused);
    const via = path.hops.length === 0 ? null : described(path);
    return { ...(fresh ?? { user, subject: way.subject }), claims, via, doubt: null };
  }
  // With no users at all yet, a use has no user either.
  const doubt = way.nobody && user === null ? null : `for ${records.name}.${column}, ${way.why}`;
  return { user, subject: user, claims, via: null, doubt };
}

/** The way for the user that was asked for, else for that of a recent record, else for anybody: that user may be gone. */
async function wayOf(
  reader: Reader,
  catalog: UserCatalog,
  column: string,
  asked: string | null,
  recent: string | null,
): Promise<UserWay> {
  const first = await findUser(reader, catalog, column, asked ?? recent);
  if (first.found || asked !== null || recent === null) return first;
  const anybody = await findUser(reader, catalog, column, null);
  return anybody.found ? anybody : first;
}

/** The role that Supabase's API uses for signed-in users. */
export const usualRole = 'authenticated';

/** The claims of the token for a use as `role`; null without a user and a role. */
export function claimsOf({ subject, claims }: UseIdentity, role: string | null): JwtClaims | null {
  if (claims) return { role: role ?? usualRole, ...claims };
  if (subject === null && role === null) return null;
  return { ...(subject === null ? {} : { sub: subject }), role: role ?? usualRole };
}
