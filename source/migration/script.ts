import { trackName } from '../trigger/expected-names.ts';

/** One statement of a script: `text` with the comment before it, `code` without it. */
interface Statement {
  text: string;
  code: string;
}

// Enough for the shipped script, which has no nested comments and no semicolons in strings. A test compares the result
// with PostgreSQL's own parser.
const statement = /(?:--[^\n]*|\$(\w*)\$[\s\S]*?\$\1\$|[^;])+?;/g;
const comments = /^(?:\s|--[^\n]*\n)+/;

/** Splits the shipped script into its statements, each with the comment before it. */
export function splitScript(script: string): Statement[] {
  return Array.from(script.matchAll(statement), ([found]) => {
    const text = found.slice(0, -1).trimStart();
    return { text, code: text.replace(comments, '') };
  });
}

const bracket = /^(?:BEGIN|START\s+TRANSACTION|COMMIT|END)\b/i;
const correction = /^UPDATE\b/i;

/**
 * What `migrate` applies of the shipped script: its statements without BEGIN and COMMIT, and without the one that
 * corrects counts. That is a repair: `sync` does it with a receipt, and it can be undone. With `no track` the function for a use is left alone.
 */
export function migrationStatements(script: string, track: 'track' | 'no track' = 'track'): string[] {
  return splitScript(script)
    .filter(({ code }) => !bracket.test(code) && !correction.test(code))
    .map(({ text }) => {
      const [, setting] = track === 'no track' ? (plansTrack.exec(text) ?? []) : [];
      return setting === undefined ? text : leavesTrackOut(setting);
    });
}

const plansTrack = /set_config\('(\w+\.user_of)'/;

// What the script does itself where its function for a use does not fit the table.
const leavesTrackOut = (setting: string) => `-- ${trackName}() stays as it is.
DO $$
BEGIN
  PERFORM pg_catalog.set_config('${setting}', '', true);
END
$$`;

/** A function as the script declares it. */
export interface ShippedFunction {
  name: string;
  /** As the server keeps it in `prosrc`. */
  body: string;
  language: string;
  definer: boolean;
  searchPath: string;
}

const declaration =
  /^CREATE OR REPLACE FUNCTION public\.(\w+)\([^$]*?LANGUAGE (\w+)( SECURITY DEFINER)? SET search_path = ([\w, ]+) AS \$\$([\s\S]*?)\$\$$/gm;
const declared = /^CREATE (?:OR REPLACE )?FUNCTION /gm;
const userMark = '/* the user */ NULL';

/**
 * The functions that the script creates; `userOf` is the expression that finds the user of a use. Throws if it cannot parse one.
 */
export function shippedFunctions(script: string, userOf: string): ShippedFunction[] {
  const found = Array.from(script.matchAll(declaration), match => {
    const [, name = '', language = '', definer, searchPath = '', body = ''] = match;
    return {
      name,
      body: body.replace(userMark, () => userOf),
      language,
      definer: definer !== undefined,
      searchPath,
    };
  });
  if (found.length !== script.match(declared)?.length)
    throw new Error('a declaration that is not understood');
  return found;
}
