import { foldName } from '../counter/discovery/fold-name.ts';

/** A column of `preset_usage`, as the catalog has it. Names are quoted where they need it. */
export interface UsageColumn {
  name: string;
  quoted: string;
  /** The type as SQL spells it, such as `character varying(40)`. */
  type: string;
  /** The type that a domain is made of; the type itself for every other. */
  base: string;
  /** True where an insert has to give it a value: NOT NULL, without default, not generated. */
  required: boolean;
  /** The first label of an enum; null for every other type. */
  firstLabel: string | null;
  /** True where a unique index lets each of its values be there once. */
  unique: boolean;
}

/** A function or procedure named `track_preset_usage`. */
export interface UsageRoutine {
  oid: number;
  /** Schema and name, quoted where they need it. */
  name: string;
  identity: string;
  kind: 'function' | 'procedure';
  /**
   * Its owner, where it would do with the rights of whoever calls it what somebody says that has no rights to either table: who
   * may create in a schema may have made it to be called here. Null where its owner could have a trigger do as much.
   */
  stranger: string | null;
  /** What it is called with, in order: parameters that only come back are named in a CALL alone. */
  parameters: UsageParameter[];
}

export interface UsageParameter {
  /** Empty where it was declared without a name. */
  name: string;
  quoted: string;
  type: string;
  base: string;
  optional: boolean;
  mode: 'in' | 'out' | 'variadic';
  firstLabel: string | null;
}

/** What the values of a use are taken from; see `fillCall`. */
export interface UsageFacts {
  /** The preset's key as text, its type, and the column of `preset_usage` that holds it. */
  preset: string;
  keyType: string;
  presetColumn: string;
  /** The user the use is made as, the column that holds it, and that column's type. */
  user: string | null;
  userColumn: string | null;
  userType: string | null;
  /** A recent record, column by column, as text: what the application usually says. */
  sample: Readonly<Record<string, string | null>>;
  /** The columns that take each value once: what a recent record says there is taken. */
  unique: readonly string[];
}

/** One value of a call: where it goes, its type, and its text (null is NULL). */
interface UsageValue {
  target: string;
  type: string;
  value: string | null;
  /** True for the array that stands for any number of arguments. */
  variadic?: boolean;
  /** Where every use needs a value of its own, of what kind; `value` only shows what such a value looks like. */
  fresh?: 'uuid' | 'text' | 'number';
}

/** A use as it will be made. `named` says whether values are passed by name or, for parameters without one, by place. */
export interface UsageCall {
  path: 'track_preset_usage' | 'insert';
  /** The function with its parameters, or the table. */
  what: string;
  name: string;
  kind: 'function' | 'procedure' | 'table';
  named: boolean;
  values: UsageValue[];
}

/**
 * A call of `routine` with its arguments filled in by type and name: the preset, the user, and for all else that has no
 * default what a recent record says in the column of that name, or the plainest value of its type. Null where no
 * parameter can hold the preset.
 */
export function fillCall(routine: UsageRoutine, facts: UsageFacts): UsageCall | null {
  const { parameters } = routine;
  const preset = presetParameter(parameters, facts);
  if (!preset) return null;
  const isVariadic = parameters.some(({ mode }) => mode === 'variadic');
  // By name, nothing before a VARIADIC could be left out: where that may be left out itself, values go by place.
  const byPlace = isVariadic && parameters.every(({ mode, optional }) => mode !== 'variadic' || optional);
  const named = !byPlace && parameters.every(({ name }) => name !== '');
  const given = ({ name, type, optional }: UsageParameter) =>
    !optional || isUserParameter(columnName(name), type, facts);
  const last = Math.max(parameters.indexOf(preset), parameters.findLastIndex(given));
  const values: UsageValue[] = [];
  for (const [place, parameter] of parameters.entries()) {
    if (byPlace && place > last) break;
    if (parameter.mode !== 'in') {
      // None of any number of arguments; and a place for what comes back.
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
    const isUser = isUserParameter(column, parameter.type, facts);
    // A default is what the application gets that leaves the argument out; only by name can one be left out in the middle.
    if (parameter !== preset && !isUser && parameter.optional && named && !isVariadic) continue;
    values.push({
      target: parameter.quoted,
      type: parameter.type,
      ...(parameter === preset
        ? { value: facts.preset }
        : isUser
          ? { value: facts.user }
          : valueFor(column, parameter, facts)),
    });
  }
  return {
    path: 'track_preset_usage',
    what: routine.identity,
    name: routine.name,
    kind: routine.kind,
    named,
    values,
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

/**
 * The overload that an application is most likely to call: the one whose arguments can be filled and that leaves the
 * fewest to guess.
 */
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

// p_usage_type, _usage_type, in_usage_type and usage_type_param all stand for the column usage_type.
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
  const told = sample[column] ?? (like === undefined ? null : sample[like]) ?? null;
  const value = told ?? firstLabel ?? plainest(base);
  const kind = unique.some(isColumn) ? freshKind(base, told) : null;
  return kind === null ? { value } : { value, fresh: kind };
}

function freshKind(type: string, told: string | null): NonNullable<UsageValue['fresh']> | null {
  if (type === 'uuid' || (told !== null && uuid.test(told))) return 'uuid';
  if (isText(type)) return 'text';
  return /^(integer|bigint|numeric)/.test(type) ? 'number' : null;
}

/** The type of an extension comes with its schema. */
function isText(type: string): boolean {
  return /^(text|character|name|(.*\.)?citext)/.test(type);
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The plainest value of a type, as text; NULL for a type that nothing is known of. */
function plainest(type: string): string | null {
  if (type.endsWith('[]')) return '{}';
  if (/^jsonb?$/.test(type)) return '{}';
  if (isText(type)) return 'generation';
  if (/^(smallint|integer|bigint|numeric|real|double precision)/.test(type)) return '1';
  if (type === 'boolean') return 'false';
  if (/^(timestamp|date|time)/.test(type)) return 'now';
  if (type === 'uuid') return '00000000-0000-0000-0000-000000000000';
  return null;
}
