/** Timing and events from the bits of `tgtype`. */
export function describeType(type: number): { timing: string; events: string[]; level: 'row' | 'statement' } {
  const events = [
    [4, 'INSERT'],
    [8, 'DELETE'],
    [16, 'UPDATE'],
    [32, 'TRUNCATE'],
  ] as const;
  return {
    timing: type & 64 ? 'INSTEAD OF' : type & 2 ? 'BEFORE' : 'AFTER',
    events: events.filter(([bit]) => type & bit).map(([, event]) => event),
    level: type & 1 ? 'row' : 'statement',
  };
}
