/** A text of at most `most` characters; of a longer one the beginning, and how long it is. No character is cut in two. */
export function shortened(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = ` ... (${text.length} characters)`;
  return text.slice(0, Math.max(0, most - end.length)).replace(/[\ud800-\udbff]$/, '') + end;
}
