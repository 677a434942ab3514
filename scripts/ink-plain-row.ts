import { colour, narrow } from './quick-string-width.ts';

const intensity = 22;
const style = /\x1b\[([\d;]*)m/g;

/**
 * The width of a line that Ink would write as it is: every character takes one cell, and styles are opened and closed like brackets, each
 * around some text. Undefined for any other.
 */
export function plainWidth(line: string): number | undefined {
  if (!line.includes('\x1b')) return narrow.test(line) ? line.length : undefined;
  const visible = line.replace(colour, '');
  if (!narrow.test(visible)) return undefined;
  // Styles that are open, and those that were closed since the last character: of such a one and its like Ink writes only the difference.
  const open: number[] = [];
  let closed: number[] = [];
  let end = 0;
  let isEmpty = false;
  for (let match = nextStyle(line, 0); match; match = nextStyle(line, style.lastIndex)) {
    const hasText = match.index > end;
    if (hasText) closed = [];
    end = style.lastIndex;
    const code = Number(match[1]);
    const closing = endOf(code);
    if (closing !== undefined) {
      if (open.some(other => endOf(other) === closing) || closed.some(other => isJoined(other, code)))
        return undefined;
      open.push(code);
    } else {
      const opened = open.pop();
      if (opened === undefined || endOf(opened) !== code || (isEmpty && !hasText)) return undefined;
      closed.push(opened);
    }
    isEmpty = closing !== undefined;
  }
  return open.length === 0 ? visible.length : undefined;
}

function nextStyle(line: string, from: number): RegExpExecArray | null {
  style.lastIndex = from;
  return style.exec(line);
}

/** True if no end is written between these two styles. Bold and dim can be on at once, so there is one. */
function isJoined(before: number, after: number): boolean {
  return endOf(before) === endOf(after) && (before === after || endOf(after) !== intensity);
}

/** The code that ends a style of one number; undefined if this is no such style. */
function endOf(code: number): number | undefined {
  if (code === 1 || code === 2) return intensity;
  if (code === 3 || code === 4 || code === 7 || code === 8 || code === 9) return code + 20;
  if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return 39;
  return (code >= 40 && code <= 47) || (code >= 100 && code <= 107) ? 49 : undefined;
}
