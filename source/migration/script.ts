/** One statement of a script: as it is written, with the comment in front of it, and without that comment. */
export interface Statement {
  text: string;
  code: string;
}

// In this order: a dollar sign inside a word opens no quotation, and E'...' is the only string with backslash escapes.
const part = new RegExp(
  [
    String.raw`(?<blank>\s+|--[^\n]*)`,
    String.raw`[eE]'[^'\\]*(?:(?:\\[\s\S]|'')[^'\\]*)*'`,
    "'[^']*(?:''[^']*)*'",
    '"[^"]*(?:""[^"]*)*"',
    String.raw`\$(?<tag>(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?)\$[\s\S]*?\$\k<tag>\$`,
    String.raw`(?<word>[\w\u0080-\uffff][\w$\u0080-\uffff]*)`,
    String.raw`(?<other>[\s\S])`,
  ].join('|'),
  'y',
);

/**
 * Takes a script apart at the semicolons between its statements, as psql does. Throws where a quotation or a comment does
 * not end, and at BEGIN ATOMIC, whose semicolons only a parser of PostgreSQL could tell apart.
 */
export function splitScript(script: string): Statement[] {
  const statements: Statement[] = [];
  // Where the text, the code and the last part that is no comment begin or end; -1 before there is any.
  let from = 0;
  let code = -1;
  let end = 0;
  let depth = 0;
  let before = '';
  const finish = () => {
    if (code >= 0)
      statements.push({ text: script.slice(from, end).trimStart(), code: script.slice(code, end) });
    code = -1;
  };
  for (let at = 0; at < script.length; ) {
    if (script.startsWith('/*', at)) {
      at = endOfComment(script, at);
      continue;
    }
    part.lastIndex = at;
    const { 0: found = '', groups = {} } = part.exec(script) ?? {};
    if (groups.other && (/['"]/.test(found) || /^\$\w*\$/.test(script.slice(at)))) {
      throw new Error(`a quotation that does not end, at ${at}`);
    }
    at += found.length;
    if (groups.blank) continue;
    if (found === ';' && depth === 0) {
      finish();
      from = at;
      continue;
    }
    if (found === '(') depth += 1;
    if (found === ')') depth -= 1;
    const word = groups.word?.toUpperCase() ?? '';
    if (before === 'BEGIN' && word === 'ATOMIC') throw new Error(`a body that is SQL itself, at ${at}`);
    before = word;
    if (code < 0) code = at - found.length;
    end = at;
  }
  finish();
  return statements;
}

/** Where a comment that begins at `start` is over: they nest. */
function endOfComment(script: string, start: number): number {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = start;
  let open = 0;
  for (let found = mark.exec(script); found; found = mark.exec(script)) {
    open += found[0] === '/*' ? 1 : -1;
    if (open === 0) return mark.lastIndex;
  }
  throw new Error(`a comment that does not end, at ${start}`);
}

const bracket = /^(?:BEGIN|START\s+TRANSACTION|COMMIT|END)\b/i;
const correction = /^UPDATE\b/i;

/**
 * What `migrate` applies of the shipped script: its statements without BEGIN and COMMIT, and without the one that corrects
 * counts. That is a repair: `sync` does it with a receipt, and it can be undone.
 */
export function migrationStatements(script: string): string[] {
  return splitScript(script)
    .filter(({ code }) => !bracket.test(code) && !correction.test(code))
    .map(({ text }) => text);
}

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
  /^CREATE OR REPLACE FUNCTION public\.(\w+)\([^$]*?LANGUAGE (\w+)( SECURITY DEFINER)? SET search_path = ([\w, ]+) AS \$\$([\s\S]*)\$\$$/;

/** The functions that the script creates. Throws at one that it does not understand. */
export function shippedFunctions(script: string): ShippedFunction[] {
  return splitScript(script)
    .filter(({ code }) => /^CREATE\b.*\bFUNCTION\b/i.test(code))
    .map(({ code }) => {
      const [, name = '', language = '', definer, searchPath = '', body = ''] = declaration.exec(code) ?? [];
      if (name === '') throw new Error(`a declaration that is not understood: ${code.slice(0, 60)}`);
      return { name, body, language, definer: definer !== undefined, searchPath };
    });
}
