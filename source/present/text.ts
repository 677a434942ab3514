import { stripVTControlCharacters } from 'node:util';
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';

const plain = /^[\x20-\x7e]*$/;
// Control characters (C0, DEL, C1), line and paragraph separators, and the marks that turn the direction of text:
// any of them in a name could move the cursor, colour the screen or make one preset look like another.
const unprintable = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]+/g;
const flag = /^\p{Regional_Indicator}{2}$/u;
const joined = /[\u200d\ufe0f\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]/u;

/**
 * Makes text from the database fit to be written to a terminal: one line, no escape sequence, no control character.
 * Emoji that terminals measure differently (families, skin tones, flags) become their first part or their letters,
 * so that what stands to the right of a name stays in its column.
 */
export function displayText(text: string): string {
  if (plain.test(text)) return text;
  const safe = stripVTControlCharacters(text).replace(unprintable, ' ').toWellFormed();
  if (!joined.test(safe) && !/\p{Regional_Indicator}/u.test(safe)) return safe;
  return Array.from(new Intl.Segmenter().segment(safe), ({ segment }) => simplify(segment)).join('');
}

function simplify(cluster: string): string {
  if (flag.test(cluster)) {
    return Array.from(cluster, letter =>
      String.fromCharCode((letter.codePointAt(0) ?? 0) - 0x1f1e6 + 65),
    ).join('');
  }
  return joined.test(cluster) ? String.fromCodePoint(cluster.codePointAt(0) ?? 32) : cluster;
}

/** Cuts or pads text to exactly `width` columns; `mark` stands for what was cut off. */
export function toWidth(text: string, width: number, align: 'left' | 'right' = 'left', mark = '…'): string {
  if (width <= 0) return '';
  const simple = plain.test(text);
  const full = simple ? text.length : stringWidth(text);
  if (full > width) {
    const cut = simple
      ? text.slice(0, width - 1) + mark
      : cliTruncate(text, width, { truncationCharacter: mark });
    return cut + ' '.repeat(Math.max(0, width - stringWidth(cut)));
  }
  const space = ' '.repeat(width - full);
  return align === 'right' ? space + text : text + space;
}
