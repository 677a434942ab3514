// Replaces Ink's sanitize-ansi in the bundle: see build.ts. Ink takes every text of every frame to pieces to leave out what would move the
// cursor. Here a text in which there was nothing of that is let through when it is drawn again.
import sanitizeAnsi from '../node_modules/ink/build/sanitize-ansi.js';

// Long texts are not remembered, and not too many: a screen has some hundreds of short ones.
const longest = 1_000;
const most = 1_000;
const clean = new Set<string>();

/** `text` without escape codes other than styles, as Ink leaves it. */
export default function sanitized(text: string): string {
  if (clean.has(text)) return text;
  const result = sanitizeAnsi(text);
  if (result === text && text.length <= longest) {
    if (clean.size === most) clean.clear();
    clean.add(text);
  }
  return result;
}
