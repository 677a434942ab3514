/**
 * A statement that is safe to show: quoted literals may be secrets, so they are removed, up to the end of the text if the
 * server has cut it. Comments stay, because they often say which part of an application sent it.
 */
export function withoutLiterals(query: string): string {
  return replaceQuoted(query, part => (/^["/-]/.test(part) ? part : "'?'"));
}

/** A statement without its comments. Its literals must be removed first. */
export function withoutComments(text: string): string {
  return replaceQuoted(text, part => (/^[/-]/.test(part) ? ' ' : part));
}

/** Escapes a text for a regular expression. */
export function quotedLiteral(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

// Matches only the beginning of a block comment; a dollar quote ends at its own tag.
const quoted =
  /"(?:[^"]|"")*"|--[^\n]*|\/\*|\be'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|\$(?<tag>(?:[a-z_]\w*)?)\$[\s\S]*?(?:\$\k<tag>\$|$)/gi;

/** Replaces identifiers and literals in quotes, and comments. */
function replaceQuoted(text: string, replace: (part: string) => string): string {
  let replaced = '';
  let at = 0;
  for (;;) {
    quoted.lastIndex = at;
    const match = quoted.exec(text);
    if (!match) return replaced + text.slice(at);
    const end = match[0] === '/*' ? endOfComment(text, match.index) : quoted.lastIndex;
    replaced += text.slice(at, match.index) + replace(text.slice(match.index, end));
    at = end;
  }
}

/** The end of the comment that begins at `from`; comments can be nested. */
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
