/** The number that a default is, such as 5 of `'5'::bigint`, as the server writes it; null for anything else. */
export function defaultNumber(expression: string): string | null {
  return /^\(?'?(-?\d+(?:\.\d+)?)'?\)?(?:::[\w ]+(?:\(\d+(?:,\d+)?\))?)?$/.exec(expression)?.[1] ?? null;
}
