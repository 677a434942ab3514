const name = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;
// Its signature stands before anything in quotes, in whatever language: »PL/pgSQL-Funktion f() Zeile 3 bei RAISE«.
const signature = new RegExp(
  String.raw`^[^"\u00ab\u00bb\u201c-\u201e\u300c\u300d:=]*?((?:${name}\.)?${name}\([^()]*\))(.*)$`,
  'u',
);

/**
 * The function of PL/pgSQL that raised an error or a notice, with the line in it, from its context: the innermost one, such as
 * `public.refuse() line 3`. Null if the context names no function: a DO block has no name. The server translates the words around it.
 */
export function raisedIn(context: string | null | undefined): string | null {
  for (const line of (context ?? '').split('\n')) {
    if (!/PL\/pgSQL/i.test(line)) continue;
    const [, routine, rest = ''] = signature.exec(line.replace(/PL\/pgSQL/i, ' ')) ?? [];
    if (routine === undefined) continue;
    const [number] = /\d+/.exec(rest) ?? [];
    // Chinese and Japanese put no space before the name.
    const plain = routine.replace(/^[\p{sc=Han}\p{sc=Katakana}\p{sc=Hiragana}]+(?=[A-Za-z_])/u, '');
    return number === undefined ? plain : `${plain} line ${number}`;
  }
  return null;
}
