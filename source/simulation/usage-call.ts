import { foldName } from '../counter/discovery/fold-name.ts';
import { trackName } from '../trigger/expected-names.ts';

/** The ways of making a use: calling the application's function, or a plain insert. */
export const usePaths = [trackName, 'insert'] as const;
export type UsePath = (typeof usePaths)[number];

/** A column of the records, from the catalog. Names are quoted if necessary. */
export interface UsageColumn {
  name: string;
  quoted: string;
  /** The type as SQL spells it, such as `character varying(40)`. */
  type: string;
  /** The base type of a domain; the type itself for all others. */
  base: string;
  /** True if an insert must give it a value: NOT NULL, without default, not generated. */
  required: boolean;
  /** The first label of an enum; null for every other type. */
  firstLabel: string | null;
  /** True if a unique index allows each of its values only once. */
  unique: boolean;
}

/** A function or procedure that the application may call for a use. */
export interface UsageRoutine {
  oid: number;
  /** Schema and name, quoted if necessary. */
  name: string;
  identity: string;
  kind: 'function' | 'procedure';
  /**
   * Its owner, if calling it would lend the caller's rights to someone without rights to either table: anyone who may
   * create functions in a schema could have put it there for that. Null if its owner could do the same with a trigger.
   */
  stranger: string | null;
  /** True if it returns rows whose columns only a call can declare: `RETURNS SETOF record`. */
  undeclared?: boolean;
  /** Its parameters, in order; OUT parameters are named only in a CALL. */
  parameters: UsageParameter[];
}

export interface UsageParameter {
  /** Empty if it was declared without a name. */
  name: string;
  quoted: string;
  type: string;
  base: string;
  optional: boolean;
  mode: 'in' | 'out' | 'variadic';
  firstLabel: string | null;
  /** True if the routine looks the user up by the subject of the token, which is passed here. */
  isSubject?: boolean;
  /** True if its default calls a function, such as `auth.uid()`. */
  isComputed?: boolean;
  /** True if the routine takes the user from the token where the application leaves this out. */
  isFromToken?: boolean;
}

/** Where the values of a use come from; see `fillCall`. */
export interface UsageFacts {
  /** The preset's key as text, its type, and the column of the records that holds it. */
  preset: string;
  keyType: string;
  presetColumn: string;
  /** The user the use is made as, the column that holds it, and that column's type. */
  user: string | null;
  /** The subject of that user's token, if it is another id. */
  subject?: string | null;
  userColumn: string | null;
  userType: string | null;
  /** A recent record, by column, as text: what the application usually writes. */
  sample: Readonly<Record<string, string | null>>;
  /** Columns with unique values: the value of a recent record is taken. */
  unique: readonly string[];
}

/** One value of a call: its target, its type, and its text (null is NULL). */
interface UsageValue {
  target: string;
  type: string;
  value: string | null;
  /** True for the array of a VARIADIC parameter. */
  variadic?: boolean;
  /** If every use needs its own value: the kind of value. `value` is then only an example. */
  fresh?: 'uuid' | 'text' | 'number';
}

/** A use as it will be made. `named`: values are passed by name, otherwise by position. */
export interface UsageCall {
  path: UsePath;
  /** The function with its parameters, or the table. */
  what: string;
  name: string;
  kind: 'function' | 'procedure' | 'table';
  named: boolean;
  values: UsageValue[];
  /** As of its routine. */
  undeclared?: boolean;
}

/**
 * A call of `routine` with its arguments filled in by type and name: the preset, the user, and for the rest without a
 * default the value of the recent record's column with that name, or the simplest value of its type. Null if no
 * parameter can hold the preset.
 */
export function fillCall(routine: UsageRoutine, facts: UsageFacts): UsageCall | null {
  const { parameters } = routine;
  const preset = presetParameter(parameters, facts);
  if (!preset) return null;
  const isVariadic = parameters.some(({ mode }) => mode === 'variadic');
  // By name, no argument before a VARIADIC one could be left out. If that one itself is optional, values go by position.
  const byPlace = isVariadic && parameters.every(({ mode, optional }) => mode !== 'variadic' || optional);
  const named = !byPlace && parameters.every(({ name }) => name !== '');
  const isUserOf = ({ name, type, isSubject, isFromToken }: UsageParameter) =>
    isSubject || (!isFromToken && isUserParameter(columnName(name), type, facts));
  const given = (parameter: UsageParameter) => !parameter.optional || isUserOf(parameter);
  const last = Math.max(parameters.indexOf(preset), parameters.findLastIndex(given));
  const values: UsageValue[] = [];
  for (const [place, parameter] of parameters.entries()) {
    if (byPlace && place > last) break;
    if (parameter.mode !== 'in') {
      // An empty VARIADIC array, or a placeholder for an OUT parameter.
      const variadic = parameter.mode === 'variadic';
      const value = variadic ? '{}' : null;
      values.push({
        target: parameter.quoted,
        type: parameter.type,
        value,
        ...(variadic ? { variadic } : {}),
      });
      continue;
    }
    const column = columnName(parameter.name);
    const isUser = isUserOf(parameter);
    // An application that leaves the argument out gets the default. In the middle, only named arguments can be left out.
    if (parameter !== preset && !isUser && parameter.optional && named && !isVariadic) continue;
    values.push({
      target: parameter.quoted,
      type: parameter.type,
      ...(parameter === preset
        ? { value: facts.preset }
        : isUser
          ? { value: parameter.isSubject ? (facts.subject ?? null) : facts.user }
          : valueFor(column, parameter, facts)),
    });
  }
  return {
    path: trackName,
    what: routine.identity,
    name: routine.name,
    kind: routine.kind,
    named,
    values,
    ...(routine.undeclared ? { undeclared: true } : {}),
  };
}

/** A plain insert of the preset, the user and the columns that must have a value. */
export function fillInsert(table: string, columns: readonly UsageColumn[], facts: UsageFacts): UsageCall {
  const values = columns
    .filter(
      ({ name, required }) =>
        required || name === facts.presetColumn || (name === facts.userColumn && facts.user),
    )
    .map(column => ({
      target: column.quoted,
      type: column.type,
      ...(column.name === facts.presetColumn
        ? { value: facts.preset }
        : column.name === facts.userColumn
          ? { value: facts.user }
          : valueFor(column.name, column, facts)),
    }));
  return { path: 'insert', what: `INSERT INTO ${table}`, name: table, kind: 'table', named: true, values };
}

/** The overload that an application most likely calls: its arguments can be filled, with the fewest guesses. */
export function chooseRoutine(routines: readonly UsageRoutine[], facts: UsageFacts): UsageCall | null {
  const calls = routines.map(routine => fillCall(routine, facts)).filter(call => call !== null);
  return calls.sort((a, b) => a.values.length - b.values.length)[0] ?? null;
}

function presetParameter(
  parameters: readonly UsageParameter[],
  facts: UsageFacts,
): UsageParameter | undefined {
  const taken = parameters.filter(({ mode }) => mode === 'in');
  const named = taken.filter(({ name }) => /preset/i.test(name) && !/type|data|name|count/i.test(name));
  const ofKey = ({ type, base }: UsageParameter) => type === facts.keyType || base === facts.keyType;
  const typed = taken.filter(
    parameter => ofKey(parameter) && !isUserParameter(columnName(parameter.name), parameter.type, facts),
  );
  return named.find(ofKey) ?? typed[0] ?? named[0];
}

function isUserParameter(column: string, type: string, facts: UsageFacts): boolean {
  if (facts.userColumn !== null && foldName(column) === foldName(facts.userColumn)) return true;
  return (
    /^(user|uid|userid|authuser(id)?|profileid|owner(id)?)$/.test(foldName(column)) &&
    type === (facts.userType ?? 'uuid')
  );
}

// p_user_id, _user_id, in_user_id and user_id_param all stand for the column user_id.
function columnName(parameter: string): string {
  return parameter.replace(/^(p|in|arg|v|the)?_+/, '').replace(/_(param|arg|in)$/, '');
}

function valueFor(
  column: string,
  { base, firstLabel }: { base: string; firstLabel: string | null },
  { sample, unique }: UsageFacts,
): Pick<UsageValue, 'value' | 'fresh'> {
  const isColumn = (name: string) => foldName(name) === foldName(column);
  const like = Object.keys(sample).find(isColumn);
  const known = sample[column] ?? (like === undefined ? null : sample[like]) ?? null;
  const value = known ?? firstLabel ?? simplestValue(base);
  const kind = unique.some(isColumn) ? freshKind(base, known) : null;
  return kind === null ? { value } : { value, fresh: kind };
}

function freshKind(type: string, known: string | null): NonNullable<UsageValue['fresh']> | null {
  if (type === 'uuid' || (known !== null && uuid.test(known))) return 'uuid';
  if (isText(type)) return 'text';
  return /^(integer|bigint|numeric)/.test(type) ? 'number' : null;
}

/** Types of extensions come with their schema. */
function isText(type: string): boolean {
  return /^(text|character|name|(.*\.)?citext)/.test(type);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The simplest value of a type, as text; NULL for an unknown type. */
function simplestValue(type: string): string | null {
  if (type.endsWith('[]')) return '{}';
  if (/^jsonb?$/.test(type)) return '{}';
  if (isText(type)) return 'generation';
  if (/^(smallint|integer|bigint|numeric|real|double precision)/.test(type)) return '1';
  if (type === 'boolean') return 'false';
  if (/^(timestamp|date|time)/.test(type)) return 'now';
  if (type === 'uuid') return '00000000-0000-0000-0000-000000000000';
  return null;
}
