import type { SqlTerm } from '../../sql/sql-effects.ts';
import type { UserCatalog, UserText } from './user-catalog.ts';

type Value = Extract<SqlTerm, { kind: 'value' }>;
type Call = Value['calls'][number];

/** Whether a value is the subject of the request's token: `auth.uid()`, the claim `sub`, or a function that gives it. */
export function isSubject(value: Value, from: UserText, catalog: UserCatalog, depth = 0): boolean {
  if (value.calls.some(({ schema, name }) => schema === 'auth' && (name === 'uid' || name === 'user_id')))
    return true;
  if (value.calls.some(call => settingOf(call) === 'request.jwt.claim.sub')) return true;
  if (value.keys.length === 1 && value.keys[0] === 'sub' && value.calls.some(isToken)) return true;
  if (depth > 4) return false;
  return value.calls.some(call =>
    routinesOf(call, from, catalog).some(
      routine =>
        routine.reading.reads.length === 0 &&
        routine.reading.gives.some(
          given => given.kind === 'value' && isSubject(given, routine, catalog, depth + 1),
        ),
    ),
  );
}

function isToken(call: Call): boolean {
  return (
    settingOf(call) === 'request.jwt.claims' ||
    (call.schema === 'auth' && ['jwt', 'session'].includes(call.name))
  );
}

function settingOf({ name, literals }: Call): string | null {
  return name === 'current_setting' ? (literals[0] ?? null) : null;
}

/**
 * The routines that a call may refer to: those of its schema, of the first schema on a fixed search_path that has one, else those
 * nearest to where it is called.
 */
export function routinesOf(
  { schema, name }: Pick<Call, 'schema' | 'name'>,
  from: UserText,
  catalog: UserCatalog,
): UserText[] {
  const named = catalog.texts.filter(({ routine }) => routine?.name === name);
  const places = schema === null ? placesOf(from, catalog) : [schema];
  for (const place of places) {
    const found = named.filter(({ routine }) => routine?.schema === place);
    if (found.length > 0) return found;
  }
  return [];
}

/**
 * The schemas in which a name without one is looked up. Where no search_path is fixed, the caller's decides: that of the
 * application, which has the text's own schema or that of the records on it.
 */
export function placesOf(
  { path, table, routine }: UserText,
  { tables, records }: UserCatalog,
): readonly string[] {
  if (path !== null) return path;
  const home = (oid: number | null) => tables.find(each => each.oid === oid)?.schema;
  return [home(table), routine?.schema, home(records), 'public'].filter(each => each !== undefined);
}
