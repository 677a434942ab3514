/**
 * A statement fit to be looked at by others: what stands in quotes may be anybody's secret, so it goes, to the end of the
 * text where the server has cut it. Comments stay: they often say which part of an application it comes from.
 */
export function withoutLiterals(query: string): string {
  return query.replace(quoted, part => (/^["/-]/.test(part) ? part : "'?'"));
}

const quoted =
  /"(?:[^"]|"")*"|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|\be'(?:[^'\\]|''|\\[\s\S])*(?:'|\\?$)|'(?:[^']|'')*(?:'|$)|\$(?:[a-z_]\w*)?\$[\s\S]*?(?:\$(?:[a-z_]\w*)?\$|$)/gi;

/** A statement without its comments, for one whose literals are gone already. */
export function withoutComments(text: string): string {
  return text.replace(quoted, part => (/^[/-]/.test(part) ? ' ' : part));
}

/** A text as a regular expression that finds it. */
export function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
