import type * as z from 'zod/mini';
import { type ConsoleError, usageError } from '../../errors/errors.ts';
import { lineOf, lineOfFault, pathText } from './json-places.ts';

/** A file of settings, written by hand. */
export interface SettingsFile {
  /** As errors call it. */
  name: string;
  text: string;
  /** The JSON schema of it, by its path in this package. */
  schemaFile: string;
}

/** The settings in a file. Throws a usage error (exit code 2) with the place of what is not understood. */
export function parseSettings<Settings>(
  file: SettingsFile,
  schema: { safeParse: (value: unknown) => z.core.util.SafeParseResult<Settings> },
): Settings {
  const parsed = schema.safeParse(parseJson(file));
  if (parsed.success) return parsed.data;
  throw refusal(file, parsed.error.issues);
}

/** Where the value at a path stands, such as `counters.json, line 4: counters[1].counter`. */
export function placeOf({ name, text }: SettingsFile, path: readonly PropertyKey[]): string {
  const at = `${name}, line ${lineOf(text, path)}:`;
  return path.length === 0 ? `${at} the whole` : `${at} ${pathText(path)}`;
}

/** The error for what is wrong in a file. */
export function invalidSettings(
  { schemaFile }: Pick<SettingsFile, 'schemaFile'>,
  message: string,
): ConsoleError {
  return usageError(
    'bad-config',
    message,
    `${schemaFile} describes the file; an editor that knows it shows mistakes.`,
  );
}

function parseJson(file: SettingsFile): unknown {
  try {
    return JSON.parse(file.text);
  } catch {
    throw invalidSettings(file, `${file.name}, line ${lineOfFault(file.text)}: this is not JSON.`);
  }
}

/** The error for the first issue: mending it may mend the others. */
function refusal(file: SettingsFile, issues: readonly z.core.$ZodIssue[]): ConsoleError {
  const [issue] = issues;
  if (!issue) return invalidSettings(file, `${file.name} is not valid.`);
  if (issue.code === 'unrecognized_keys') {
    const path = [...issue.path, issue.keys[0] ?? ''];
    return invalidSettings(file, `${placeOf(file, path)} is not a key that is known here.`);
  }
  return invalidSettings(file, `${placeOf(file, issue.path)} ${saidOf(issue, file.text)}`);
}

function saidOf(issue: z.core.$ZodIssue, text: string): string {
  if (issue.code !== 'invalid_type') return `${issue.message}.`;
  const missing = valueAt(JSON.parse(text), issue.path) === undefined;
  return missing ? 'is missing.' : `must be ${wanted[issue.expected] ?? issue.expected}.`;
}

const wanted: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  string: 'a text',
  boolean: 'true or false',
};

function valueAt(value: unknown, [first, ...others]: readonly PropertyKey[]): unknown {
  if (first === undefined) return value;
  return typeof value === 'object' && value !== null
    ? valueAt((value as Record<PropertyKey, unknown>)[first], others)
    : undefined;
}
