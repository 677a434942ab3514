import * as z from 'zod/mini';
import { inSchema } from '../../connection/search-path.ts';
import type { Reader } from '../../connection/transactions.ts';
import type { Tables } from '../discovery/tables.ts';
import type { UserCatalog, UserTable } from './user-catalog.ts';
import { accountsIn, type UserHop, type UserPath, userPaths } from './user-paths.ts';

/** A user, as the records name it and as the application's token does. Both are ids as text. */
export interface FoundUser {
  user: string;
  subject: string;
}

/** The way to the subject for one user: found, or why not. */
export type UserWay =
  | { found: true; path: UserPath; user: string; subject: string }
  | { found: false; why: string /** True if there is a way, and nobody to go it. */; nobody: boolean };

/**
 * Finds the user that `id` is the id of: of a user as the records name it, or of the subject of a token. `null` is any user that
 * has both. Reads only tables of which this role may read every row.
 */
export async function findUser(
  reader: Reader,
  catalog: UserCatalog,
  column: string,
  id: string | null,
): Promise<UserWay> {
  const paths = userPaths(catalog, column);
  if (paths.length === 0)
    return {
      found: false,
      why: 'no foreign key, policy or function leads from it to the subject of a token',
      nobody: false,
    };
  const known: { path: UserPath; user: string; subject: string }[] = [];
  const unread = new Set<string>();
  for (const path of paths.slice(0, mostPaths)) {
    // Less certain ways are not asked where a more certain one has an answer.
    const [first] = known;
    if (first && path.doubt > first.path.doubt) break;
    const closed = closedTable(path, catalog);
    if (closed !== null) {
      unread.add(closed);
      continue;
    }
    const found = await follow(reader, path, id, accountsIn(catalog));
    if (found && (await hasAccount(reader, catalog, path, found.subject))) known.push({ path, ...found });
  }
  const [first] = known;
  if (first && known.every(({ user, subject }) => user === first.user && subject === first.subject))
    return { found: true, ...first };
  if (first)
    return {
      found: false,
      why: `several columns may hold it: ${known.map(({ path }) => described(path)).join(', ')}`,
      nobody: false,
    };
  if (unread.size > 0)
    return {
      found: false,
      why: `this role may not read every row of ${[...unread].join(' and ')}`,
      nobody: false,
    };
  return {
    found: false,
    why:
      id === null
        ? 'no user has one'
        : `no row of ${paths[0]?.hops[0]?.table ?? 'the users'} has the id ${id}`,
    nobody: id === null,
  };
}

/** A user on `path` who has no record of the preset yet, or null. A unique index may allow each user only one. */
export async function findUserWithout(
  reader: Reader,
  catalog: UserCatalog,
  path: UserPath,
  { records, presets }: Tables,
  preset: string,
): Promise<FoundUser | null> {
  const [first, last] = [path.hops[0], path.hops.at(-1)];
  const accounts = accountsIn(catalog);
  const key = accounts?.columns.find(({ name }) => name === 'id');
  if (!(first && last) && !(accounts?.readable && key)) return null;
  const user = first ? `h0.${first.key.quoted}` : `h0.${key?.quoted}`;
  const subject = last ? `h${path.hops.length - 1}.${last.column.quoted}` : user;
  const rows = await reader.rows(
    `SELECT ${user}::pg_catalog.text AS "user", ${subject}::pg_catalog.text AS subject FROM ${first ? joined(path.hops) : `${accounts?.table} h0`}
      WHERE ${user} IS NOT NULL AND ${subject} IS NOT NULL AND NOT EXISTS (SELECT FROM ${records.name} r
        WHERE r.${records.preset} ${records.keys.equal} $1::${presets.keyType} AND r.${path.column.quoted}::pg_catalog.text OPERATOR(pg_catalog.=) ${user}::pg_catalog.text) LIMIT 1`,
    [preset],
  );
  const [found] = z.array(row).parse(rows);
  return found && (await hasAccount(reader, catalog, path, found.subject)) ? found : null;
}

/** A table that the path needs and this role may not read: of a doubtful one also the accounts, which could refute it. */
function closedTable({ hops, doubt }: UserPath, catalog: UserCatalog): string | null {
  const accounts = accountsIn(catalog);
  const closed = hops.find(({ readable }) => !readable);
  return (
    closed?.table ?? (hops.length === 0 && doubt > 1 && accounts?.readable === false ? accounts.table : null)
  );
}

const mostPaths = 10;

/** The column that holds the subject, such as `public.profiles.user_id`. */
export function described({ column, hops }: UserPath): string {
  const last = hops.at(-1);
  return last ? `${last.table}.${last.column.quoted}` : column.quoted;
}

async function follow(
  reader: Reader,
  path: UserPath,
  id: string | null,
  accounts: UserTable | undefined,
): Promise<FoundUser | null> {
  if (path.hops.length === 0) return id === null ? anyAccount(reader, accounts) : { user: id, subject: id };
  for (const side of id === null ? (['any'] as const) : (['user', 'subject'] as const)) {
    const query = userQuery(path.hops, side, id ?? '');
    const rows = query === null ? [] : await reader.rows(query, id === null ? [] : [id]);
    const [found, ...others] = z.array(row).parse(rows);
    if (found && others.length === 0) return found;
  }
  return null;
}

/** The subject of any account; null if this database has none, or this role may not read them. */
export async function findAccount(reader: Reader, catalog: UserCatalog): Promise<string | null> {
  return (await anyAccount(reader, accountsIn(catalog)))?.subject ?? null;
}

async function anyAccount(reader: Reader, accounts: UserTable | undefined): Promise<FoundUser | null> {
  const key = accounts?.columns.find(({ name }) => name === 'id');
  if (!accounts?.readable || !key) return null;
  const id = `a.${key.quoted}::pg_catalog.text`;
  const rows = await reader.rows(`SELECT ${id} AS "user", ${id} AS subject FROM ${accounts.table} a LIMIT 1`);
  return z.array(row).parse(rows)[0] ?? null;
}

/**
 * False if the table of accounts can be read and does not have this one: then the way was a wrong one. A text that cannot be its
 * key is the subject of another issuer's token.
 */
async function hasAccount(
  reader: Reader,
  catalog: UserCatalog,
  { column, hops }: UserPath,
  subject: string,
): Promise<boolean> {
  const accounts = accountsIn(catalog);
  const key = accounts?.columns.find(({ name }) => name === 'id');
  if (!accounts?.readable || !key) return true;
  const is = equals(`a.${key.quoted}`, key.type, subject);
  if (is === null) return /^(text|character)/.test((hops.at(-1)?.column ?? column).type);
  return (await reader.rows(`SELECT 1 FROM ${accounts.table} a WHERE ${is} LIMIT 1`, [subject])).length > 0;
}

const row = z.object({ user: z.string(), subject: z.string() });

/**
 * A query for users with their subjects: those whose id in the records, or whose subject, is `$1`. Of two it finds both, so that
 * one is known to be the only one. Null if no value of the column can be that id.
 */
function userQuery(hops: readonly UserHop[], side: 'user' | 'subject' | 'any', id: string): string | null {
  const [first, last] = [hops[0], hops.at(-1)];
  if (!first || !last) return null;
  const user = `h0.${first.key.quoted}`;
  const subject = `h${hops.length - 1}.${last.column.quoted}`;
  const is = side === 'user' ? equals(user, first.key.type, id) : equals(subject, last.column.type, id);
  if (side !== 'any' && is === null) return null;
  const sought = side === 'any' ? `${user} IS NOT NULL` : is;
  return `SELECT DISTINCT ${user}::pg_catalog.text AS "user", ${subject}::pg_catalog.text AS subject FROM ${joined(hops)} WHERE ${sought} AND ${subject} IS NOT NULL LIMIT ${side === 'any' ? 1 : 2}`;
}

/** A condition that an index can serve, for the types that ids usually have; null if the id is no value of the type. */
function equals(column: string, type: string, id: string): string | null {
  const valid = patterns[type];
  if (!valid) return `${column}::pg_catalog.text OPERATOR(pg_catalog.=) $1::pg_catalog.text`;
  return valid.test(id) ? `${column} OPERATOR(pg_catalog.=) $1::${inSchema(type)}` : null;
}

const patterns: Readonly<Record<string, RegExp>> = {
  uuid: /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i,
  integer: /^-?\d{1,9}$/,
  bigint: /^-?\d{1,18}$/,
};

/** The tables of a path, joined from the user to the subject. */
function joined(hops: readonly UserHop[]): string {
  return hops
    .map(({ table, key }, place) => {
      const before = hops[place - 1];
      if (!before) return `${table} h${place}`;
      const cast = key.type === before.column.type && key.type in patterns ? '' : '::pg_catalog.text';
      return `JOIN ${table} h${place} ON h${place}.${key.quoted}${cast} OPERATOR(pg_catalog.=) h${place - 1}.${before.column.quoted}${cast}`;
    })
    .join(' ');
}

/**
 * The SQL expression that turns `subject`, an expression for the subject of a token, into what the records name that user by: what
 * a function that records a use has to store. It is NULL for a subject without a user.
 */
export function userOfSubject({ hops }: UserPath, subject: string): string {
  const [first, last] = [hops[0], hops.at(-1)];
  if (!first || !last) return subject;
  const type = last.column.type;
  const cast = type in patterns ? '' : '::pg_catalog.text';
  return `(SELECT h0.${first.key.quoted} FROM ${joined(hops)} WHERE h${hops.length - 1}.${last.column.quoted}${cast} OPERATOR(pg_catalog.=) (${subject})::${cast === '' ? inSchema(type) : 'pg_catalog.text'})`;
}
