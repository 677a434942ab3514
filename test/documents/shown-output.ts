/** What differs from one run to the next, with what stands for it. */
const volatile: [pattern: RegExp, name: string][] = [
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, 'UUID'],
  [/\b\d{8}T\d{6}Z-(\w+)-[0-9a-f]+\b/g, 'RECEIPT-$1'],
  [/\b\d{4}-\d\d-\d\d[T ][\d:.]+(?:Z| UTC)/g, 'TIME'],
  [/\b[0-9a-f]{12}\b/g, 'FINGERPRINT'],
  [/\b\d+(?:\.\d+)? (?:ms|s)\b/g, 'DURATION'],
  // Where the demo listens, and what that place is called.
  [/^postgres at .* as postgres, PostgreSQL .*$/gm, 'DATABASE'],
];

/** Whether a page shows what was printed; a line `...` on the page stands for any number of lines. */
export function matches(printed: string, shown: readonly string[]): boolean {
  const pattern = shown.map(line => (line === '...' ? '(?:.*\n)*?' : `${escaped(steady(line))}\n`)).join('');
  return new RegExp(`^${pattern}$`).test(`${steady(printed).trimEnd()}\n`);
}

function steady(text: string): string {
  return volatile.reduce((said, [pattern, name]) => said.replace(pattern, name), text);
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
