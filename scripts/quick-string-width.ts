// Replaces string-width in the bundle: see measuredWhenNeeded in build.ts.
import type stringWidthOf from 'string-width';

/**
 * Latin, Greek and Cyrillic letters, and the punctuation, arrows, boxes, blocks and check marks that terminals draw in one
 * cell: no combining mark, no emoji, nothing that East Asian Width calls wide.
 */
export const narrow =
  /^[\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0377\u037a-\u0482\u048a-\u052f\u2010-\u2027\u2030-\u205e\u20a0-\u20bf\u2190-\u2319\u2500-\u25fc\u270c-\u2727]*$/;
/** The codes of colours and other styles. */
export const colour = /\x1b\[[\d;]*m/g;

/** The width of `text` in columns, like string-width. */
export default function stringWidth(text: string, options?: Parameters<typeof stringWidthOf>[1]): number {
  if (options === undefined && typeof text === 'string') {
    const visible = text.includes('\x1b') ? text.replace(colour, '') : text;
    if (narrow.test(visible)) return visible.length;
  }
  return require('string-width').default(text, options);
}
