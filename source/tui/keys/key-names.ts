import type { Key } from 'ink';

/**
 * The names of the keys in one piece of input, in order. Keys pressed quickly arrive together: `jj` is one input. So are
 * two Enters, and then `key.return` is not set.
 */
export function keyNames(input: string, key: Key): string[] {
  if (key.upArrow) return ['up'];
  if (key.downArrow) return ['down'];
  if (key.leftArrow) return ['left'];
  if (key.rightArrow) return ['right'];
  if (key.pageUp) return ['pageup'];
  if (key.pageDown) return ['pagedown'];
  if (key.home) return ['home'];
  if (key.end) return ['end'];
  if (key.return) return ['return'];
  if (key.escape) return ['escape'];
  if (key.backspace || key.delete) return ['backspace'];
  if (key.tab) return ['tab'];
  if (key.ctrl) return [`ctrl+${input}`];
  if (key.meta) return [];
  return Array.from(input, letter => control[letter] ?? letter);
}

const control: Record<string, string> = {
  '\r': 'return',
  '\n': 'return',
  '\u001b': 'escape',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\t': 'tab',
};
