import { presetNames } from '../../counter/definition/preset-names.ts';

const { rows, records, count } = presetNames;
const tracked = [records, count].map(name => name.split('_'));
const inWords = tracked.map(parts => `${parts.join('[\\s_-]?')}s?(?![a-z])`);
const camelCase = tracked.map(([first = '', ...rest]) => {
  const capital = (part: string) => part.charAt(0).toUpperCase() + part.slice(1);
  return `(?:${first}|${capital(first)})${rest.map(capital).join('')}(?![a-z])`;
});

/** The tables, columns and functions of usage tracking, also within longer names such as that of an index. */
const usage = new RegExp([...inWords, `(?<![a-z])${rows}(?![a-z])`].join('|'), 'i');
const inCamelCase = new RegExp(camelCase.join('|'));

/** True if a text names usage tracking: one of its tables, columns or functions, or "preset usage" in words. */
export function isAboutUsage(text: string): boolean {
  // JSON writes a line break as \n; its n would be joined to a name after it.
  const words = text.includes('\\') ? text.replaceAll(/\\[nrt]/g, ' ') : text;
  return usage.test(words) || inCamelCase.test(words);
}
