/**
 * True for keys that came in one piece as no hand presses them, where `phrase` is asked for: half of it, or Enter with more than three letters.
 * A paste that the terminal does not mark looks like that. Fewer letters come together when the link or this machine is slow.
 */
export function isPaste(names: readonly string[], phrase: string): boolean {
  const letters = names.filter(name => Array.from(name).length === 1).length;
  return letters > 3 && (names.includes('return') || letters * 2 >= Array.from(phrase).length);
}
