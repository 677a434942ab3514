import { stripVTControlCharacters } from 'node:util';
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

const plain = /^[\x20-\x7e]*$/;
// Control characters, line and paragraph separators, marks that turn the direction of text, and whatever else has no shape of its
// own. In a name they could move the cursor, colour the screen or make one preset look like another. The parts of emoji are handled
// further down.
const unprintable =
  /(?:(?!\u200c|\u200d|\ufe0f|[\u{e0020}-\u{e007f}])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}])+/gu;
// Joiners shape emoji and the letters of some scripts. Behind any other they are not seen.
const shaped =
  'Arabic Syriac Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Myanmar Khmer Mongolian'
    .split(' ')
    .map(script => `\\p{Script=${script}}`)
    .join('');
const stray = new RegExp(
  `(?<!\\ufe0f|[\\p{Extended_Pictographic}\\p{Emoji_Modifier}${shaped}])(?:\\u200c|\\u200d)+`,
  'gu',
);
// No language puts more marks on a letter. More than that would run over the lines above and below.
const piled = /(\p{M}{4})\p{M}+/gu;
const flag = /^\p{Regional_Indicator}{2}$/u;
const joined = /[\u200d\ufe0f\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]/u;

// What has an ASCII form that Unicode does not name.
const forms: Readonly<Record<string, string>> = {
  '\u00df': 'ss',
  '\u00e6': 'ae',
  '\u00c6': 'AE',
  '\u0153': 'oe',
  '\u0152': 'OE',
  '\u00f8': 'o',
  '\u00d8': 'O',
  '\u0142': 'l',
  '\u0141': 'L',
  '\u0111': 'd',
  '\u0110': 'D',
  '\u0131': 'i',
  '\u00d7': 'x',
  '\u2010': '-',
  '\u2013': '-',
  '\u2014': '-',
  '\u2018': "'",
  '\u2019': "'",
  '\u201c': '"',
  '\u201d': '"',
};

/** A text in ASCII: letters without their marks, and of everything else its code point, as in \u{65e5}. */
function toAscii(text: string): string {
  return Array.from(text.normalize('NFKD').replace(/\p{M}+/gu, ''), character =>
    character < '\u0080' ? character : (forms[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`),
  ).join('');
}

// Nearly everything that is shown goes through here, and --ascii holds for the whole process.
let isAscii = false;

/** For `--ascii`: from now on text from the database is shown in ASCII. */
export function showInAscii(on: boolean): void {
  isAscii = on;
}

/**
 * Makes text from the database fit to be written to a terminal: one line, no escape sequence, no control character.
 * Emoji that terminals measure differently (families, skin tones, flags) become their first part or their letters,
 * so that what stands to the right of a name stays in its column.
 */
export function displayText(text: string): string {
  if (plain.test(text)) return text;
  const safe = stripVTControlCharacters(text)
    .replace(unprintable, ' ')
    .replace(stray, ' ')
    .replace(piled, '$1')
    .toWellFormed();
  if (isAscii) return toAscii(safe);
  if (!joined.test(safe) && !/\p{Regional_Indicator}/u.test(safe)) return safe;
  return Array.from(new Intl.Segmenter().segment(safe), ({ segment }) => simplify(segment)).join('');
}

// Ends of lines and tabs do no harm.
const obeyed = /(?![\t\n]|\r\n)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Makes lines that have names exactly fit for a terminal: each character that it would obey becomes U+FFFD. */
export function terminalLines(lines: string): string {
  return lines.replace(obeyed, '\ufffd');
}

function simplify(cluster: string): string {
  if (flag.test(cluster)) {
    return Array.from(cluster, letter =>
      String.fromCharCode((letter.codePointAt(0) ?? 0) - 0x1f1e6 + 65),
    ).join('');
  }
  return joined.test(cluster) ? String.fromCodePoint(cluster.codePointAt(0) ?? 32) : cluster;
}

/** How many cells of a terminal a text takes. */
export function textWidth(text: string): number {
  return plain.test(text) ? text.length : stringWidth(text);
}

/** Cuts or pads text to exactly `width` columns; `mark` stands for what was cut off. */
export function toWidth(
  text: string,
  width: number,
  align: 'left' | 'right' = 'left',
  mark = isAscii ? '~' : '…',
): string {
  if (width <= 0) return '';
  const simple = plain.test(text);
  const full = textWidth(text);
  if (full > width) {
    const cut = simple
      ? text.slice(0, width - 1) + mark
      : cliTruncate(text, width, { truncationCharacter: mark });
    return cut + ' '.repeat(Math.max(0, width - stringWidth(cut)));
  }
  const space = ' '.repeat(width - full);
  return align === 'right' ? space + text : text + space;
}
