const trouble =
  /\b(?:fail(?:ed|s|ure)?|errors?|denied|exception|violat(?:es|ed|ion)|refused|fatal|panic|abort(?:ed|ing)?|crash(?:ed)?|cannot|can't|could ?n[o']t|unable|rejected|time[ds]?[ -]?out|invalid|lost)\b/i;
const noTrouble = [
  /\b(?:no|0|zero|without) (?:errors?|failures?)\b/gi,
  /\b(?:errors?|failures?|failed)\s*[:=]\s*(?:0|null|none|undefined|false|nil)(?![\w.])/gi,
  // What is named for errors: a handler, a page, a rate.
  /\b(?:errors?|exception|failure)[ _-]?(?:handl|report|track|boundar|page|log|rate|count|budget|code|level|middleware|monitor|filter)\w*/gi,
];
const withoutCalm = (text: string) => noTrouble.reduce((rest, calm) => rest.replaceAll(calm, ''), text);

/** True if a text has a word that errors are told with, such as "failed" or "denied", but for "0 errors" and "error: null". */
export const namesTrouble = (text: string): boolean => trouble.test(withoutCalm(text.slice(0, 2_000)));

/**
 * True if a line without a level is plain words that name no trouble. A line in another format, or one that speaks of
 * trouble without saying whether it is an error, is not understood. `text` has no time.
 */
export function isPlainTalk(text: string): boolean {
  const start = text.slice(0, 2_000).trim();
  if (/^[<{"]/.test(start) || /^\[\s*[{["]/.test(start)) return false;
  if (namesTrouble(start)) return false;
  // Fields between separators are some format's columns.
  const separators = start.match(/[|;,\t](?! )/g)?.length ?? 0;
  const spaces = start.match(/ /g)?.length ?? 0;
  if (separators > 2 && separators > spaces / 2) return false;
  if (!start.includes(' ') && start.length > 60) return false;
  const rest = start.replaceAll(/[\da-f-]{16,}/gi, '');
  const letters = rest.match(/\p{L}/gu)?.length ?? 0;
  const digits = rest.match(/\d/g)?.length ?? 0;
  const others = rest.match(/[^\p{L}\d\s.,:/()'"-]/gu)?.length ?? 0;
  return digits <= letters && others * 4 <= letters + digits + spaces;
}
