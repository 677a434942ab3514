import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vitest/config';
import { type Guard, guards } from './guards.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The file's text without the guard; throws unless the text to replace is there exactly once. */
export function withoutGuard({ guard, file, text, without }: Guard, content: string): string {
  const times = content.split(text).length - 1;
  if (times !== 1) throw new Error(`${guard}: "${text}" is in ${file} ${times} times, and not once.`);
  return content.replace(text, () => without);
}

/** A Vite plugin that runs the tests without one guard of the table; null where none is named. */
export function takeOut(name: string | undefined): Plugin | null {
  if (!name) return null;
  const guard = guards.find(candidate => candidate.guard === name);
  if (!guard) throw new Error(`The table has no guard "${name}".`);
  return {
    name: 'take-out-a-guard',
    enforce: 'pre',
    transform(content, id) {
      return id === root + guard.file ? withoutGuard(guard, content) : null;
    },
  };
}
