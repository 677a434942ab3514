/**
 * A statement fit to be looked at by others: what stands in quotes may be anybody's secret, so it goes, to the end of the
 * text where the server has cut it. Comments stay: they often say which part of an application it comes from.
 */
export function withoutLiterals(query: string): string {
  return replaceQuoted(query, part => (/^["/-]/.test(part) ? part : "'?'"));
}

/** A statement without its comments, for one whose literals are gone already. */
export function withoutComments(text: string): string {
  return replaceQuoted(text, part => (/^[/-]/.test(part) ? ' ' : part));
}

/** A text as a regular expression that finds it. */
export function quotedLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

// Of a comment its beginning alone; a dollar quote ends at its own tag.
const quoted =
  /"(?:[^"]|"")*"|--[^\n]*|\/\*|\be'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|\$(?<tag>(?:[a-z_]\w*)?)\$[\s\S]*?(?:\$\k<tag>\$|$)/gi;

/** Replaces identifiers and literals in quotes, and comments. */
function replaceQuoted(text: string, replace: (part: string) => string): string {
  let replaced = '';
  let at = 0;
  for (;;) {
    quoted.lastIndex = at;
    const found = quoted.exec(text);
    if (!found) return replaced + text.slice(at);
    const end = found[0] === '/*' ? endOfComment(text, found.index) : quoted.lastIndex;
    replaced += text.slice(at, found.index) + replace(text.slice(found.index, end));
    at = end;
  }
}

/** Where the comment that begins at `from` ends: others may be nested in it. */
function endOfComment(text: string, from: number): number {
  const edges = /\/\*|\*\//g;
  edges.lastIndex = from;
  let depth = 0;
  for (;;) {
    const edge = edges.exec(text);
    if (!edge) return text.length;
    depth += edge[0] === '/*' ? 1 : -1;
    if (depth === 0) return edges.lastIndex;
  }
}
