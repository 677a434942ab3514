/**
 * True for keys that came in one piece as no hand presses them: more than three letters, or Enter among letters. A paste
 * that the terminal does not mark looks like that.
 */
export function isPaste(names: readonly string[]): boolean {
  const letters = names.filter(name => Array.from(name).length === 1).length;
  return letters > 3 || (letters > 0 && names.includes('return'));
}
