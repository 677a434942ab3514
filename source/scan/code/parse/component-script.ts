import { withNames } from '../../subject.ts';
import { markupCode } from './component-markup.ts';

/** The code of a component, and the offsets of code in its markup that could not be read. */
export interface ComponentCode {
  code: string;
  unread: number[];
}

/**
 * The code of a Vue, Svelte or Astro component: its scripts, and the code in its markup that `isCode` takes. Everything else is
 * blanked out, so that offsets match the file.
 */
export function codeOfComponent(
  file: string,
  text: string,
  isCode: (code: string) => boolean,
): ComponentCode {
  const { script, markup } = scriptsOf(text);
  const characters = script.split('');
  const unread: number[] = [];
  for (const { from, to, ...found } of markupCode(file, markup)) {
    const code = text.slice(from, to);
    const statements = found.statements && isCode(code);
    if (!statements && (found.open || !isCode(`(${code})`))) {
      if (mayConcernUse(code)) unread.push(from);
      continue;
    }
    // What separates it from its neighbours takes the place of the quotes or braces around it. Between `{a()}{b()}` there is no place
    // for another bracket.
    const beside = characters[from - 2] === ')';
    if (!beside) characters[from - 2] = ';';
    characters[from - 1] = statements ? ' ' : beside ? ',' : '(';
    characters[to] = statements || beside ? ';' : ')';
    characters[to + 1] = ';';
    for (let at = from; at < to; at += 1) characters[at] = text[at]!;
  }
  return { code: characters.join(''), unread };
}

// Most markup only shows something.
const mayConcernUse = (code: string) => concerning().test(code);

const concerning = withNames(
  ({ column, row }) => new RegExp(`${column}|${row}|supabase|\\brpc\\b|\\bfetch\\b|\\.from\\(`, 'i'),
);

/** The scripts of a component, and its markup, each with the rest blanked out. */
function scriptsOf(text: string): { script: string; markup: string } {
  const blanked = text.replace(/[^\n\r]/g, ' ');
  let script = blanked;
  let markup = text;
  const keep = (from: number, to: number) => {
    script = script.slice(0, from) + text.slice(from, to) + script.slice(to);
  };
  // After the last end tag there are no more scripts; without this cut every start tag would search the rest of the file.
  const closed = text.slice(0, text.toLowerCase().lastIndexOf('</script>') + '</script>'.length);
  for (const { index, 0: whole, 1: tag = '', 2: code = '' } of closed.matchAll(
    /(<script\b[^>]*>)([\s\S]*?)<\/script>/gi,
  )) {
    if (/\btype=["'](?!module|text\/(java|type)script|application\/javascript)/i.test(tag)) continue;
    const from = index + whole.indexOf(tag) + tag.length;
    keep(from, from + code.length);
  }
  // Comments and styles have no code.
  for (const [tag, end] of [
    [/<script\b[^>]*>[\s\S]*?<\/script>/gi, '</script>'],
    [/<style\b[^>]*>[\s\S]*?<\/style>/gi, '</style>'],
    [/<!--[\s\S]*?-->/g, '-->'],
  ] as const) {
    const last = markup.toLowerCase().lastIndexOf(end) + end.length;
    if (last >= end.length) markup = markup.slice(0, last).replace(tag, blank) + markup.slice(last);
  }
  const front = /^---\r?\n([\s\S]*?)\r?\n---/.exec(text);
  if (front?.[1] !== undefined)
    keep(front[0].indexOf(front[1]), front[0].indexOf(front[1]) + front[1].length);
  if (front) markup = blank(front[0]) + markup.slice(front[0].length);
  return { script, markup };
}

const blank = (text: string) => text.replace(/[^\n\r]/g, ' ');
