import type { Finding } from '../counter/finding.ts';
import type { Gathered } from '../simulation/read-reached-bodies.ts';
import type { SqlNamed } from '../sql/sql-effects.ts';
import { doneBy, type ReachedBody } from '../trigger/side-effects.ts';

type Kind = Exclude<SqlNamed['what'], 'query'> | 'function';

/** A name without a schema in a body, of which something is found nowhere in a search_path. */
export interface NameWithout {
  what: Kind;
  name: string;
}

/** The same with the schemas that have it. */
export interface LostName extends NameWithout {
  schemas: string[];
}

/** What a function that is installed does to a table, and how it runs. */
export interface FunctionChange {
  /** In words, such as `changes the count`. */
  does: string;
  /** The search_path of the function, as it is set. */
  path: string;
  /** The role that it runs as. */
  role: string;
}

/** A body, and how the change of a count comes to run it, such as `the trigger badge of public.products`. */
export interface FiredBody {
  body: Pick<Gathered['bodies'][number], 'oid' | 'identity' | 'language' | 'trusted' | 'reading'>;
  by: string;
  trigger: string | null;
}

/** The names in a body that its search_path has to find. */
export function namesWithout({ reading }: Pick<ReachedBody, 'reading'>): NameWithout[] {
  const { calls, writes, reads } = doneBy(reading);
  // What the body itself defines is found where it is.
  const own = new Set([
    ...reading.named.filter(({ what }) => what === 'query').map(({ name }) => name),
    ...reading.creates.map(({ name }) => name.name),
  ]);
  const all: (NameWithout & { schema: string | null })[] = [
    ...[...writes.map(({ table }) => table), ...reads].map(each => ({ ...each, what: 'relation' as const })),
    ...calls.map(({ schema, name }) => ({ what: 'function' as const, schema, name })),
    ...reading.named.flatMap(({ what, ...each }) => (what === 'query' ? [] : [{ what, ...each }])),
  ];
  const found = all.filter(({ schema, name }) => schema === null && name !== '' && !own.has(name));
  return [...new Map(found.map(({ what, name }) => [JSON.stringify([what, name]), { what, name }])).values()];
}

/** How the change of a count comes to run a body. `reached` are the bodies that each trigger's function leads to, itself first. */
export function firedBy(
  body: Gathered['bodies'][number],
  { triggers }: Pick<Gathered, 'triggers'>,
  reached: ReadonlyMap<number, readonly string[]>,
  table: string,
): FiredBody {
  const trigger =
    triggers.find(each => each.function === body.oid) ??
    triggers.find(each => reached.get(each.function)?.includes(body.identity));
  return {
    body,
    by: trigger
      ? `the trigger ${trigger.name} of ${trigger.table}`
      : `a check, rule, index or policy of ${table}`,
    trigger: trigger?.name ?? null,
  };
}

/** That a name is not found, where a function with `path` as its search_path changes the count. */
export function lostFinding(
  { body: { identity }, by, trigger }: FiredBody,
  lost: readonly LostName[],
  { does, path }: Pick<FunctionChange, 'does' | 'path'>,
): Finding {
  const names = [...new Set(lost.map(({ name }) => name))].join(', ');
  const schemas = [...new Set(lost.flatMap(each => each.schemas))].map(quotedIfNeeded);
  return {
    code: 'names-not-found',
    severity: 'error',
    message: `${capital(by)} runs ${identity}, which names ${names} without a schema. What is installed ${does} with search_path = ${path}, so ${names} would not be found, and the change of a record would fail.`,
    hint: `Run ALTER FUNCTION ${identity} SET search_path = ${[...schemas, 'pg_temp'].join(', ')}, or write the schema before the name; then run migrate.`,
    ...(trigger === null ? {} : { triggers: [trigger] }),
  };
}

/** Whether a body asks for the current user. */
export function asksRole({ reading }: Pick<ReachedBody, 'reading'>): boolean {
  const all = [reading, ...reading.creates.flatMap(each => ('reading' in each ? [each.reading] : []))];
  return all.some(
    ({ also, calls }) =>
      also.includes('role') ||
      calls.some(({ name, literals }) => name === 'current_setting' && literals[0] === 'role'),
  );
}

/** That what a body takes for the user is the owner afterwards. */
export function ownerFinding(
  { body: { identity, oid }, by, trigger }: FiredBody,
  { role, does }: Pick<FunctionChange, 'role' | 'does'>,
): Finding {
  const who = oid === null ? capital(identity) : `${capital(by)}, in ${identity},`;
  return {
    code: 'runs-as-owner',
    severity: 'warning',
    message: `${who} asks for the current user. What is installed ${does} as ${role}, so then that is ${role}, whoever changes the record.`,
    hint: 'If it should say who changes a record, take session_user there, or a setting of the application. If it decides what is allowed, look whether it still does.',
    ...(trigger === null ? {} : { triggers: [trigger] }),
  };
}

/** Why it is not known which names a body uses, in words; null if they are known. */
export function whyUnread({ language, trusted, reading }: FiredBody['body']): string | null {
  if (language === 'c' || language === 'internal') return null;
  if (!trusted || reading.problem?.message.startsWith('the language ')) return `is written in ${language}`;
  if (reading.problem) return `cannot be read: ${reading.problem.message}`;
  const runs = [reading, ...reading.creates.flatMap(each => (each.kind === 'do' ? [each.reading] : []))];
  return runs.some(({ dynamic }) => dynamic.length > 0) ? 'runs SQL that is not known before it runs' : null;
}

/** That it is not known whether names are found. */
export function unreadFinding(
  { body: { identity }, by, trigger }: FiredBody,
  why: string,
  { does, path }: Pick<FunctionChange, 'does' | 'path'>,
): Finding {
  return {
    code: 'names-unread',
    severity: 'warning',
    message: `It is not known whether ${by} finds what it names: ${identity} ${why}. What is installed ${does} with search_path = ${path}.`,
    hint: `If it names anything without a schema, run ALTER FUNCTION ${identity} SET search_path = ... first.`,
    ...(trigger === null ? {} : { triggers: [trigger] }),
  };
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

const quotedIfNeeded = (name: string) =>
  /^[a-z_][a-z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
