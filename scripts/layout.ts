/** The rule of the layout: faces import features and the foundation, features import the foundation, and the foundation neither. */
export const layout = {
  /** The user interfaces. */
  faces: ['cli', 'tui'],
  /** The features, and which other features each may import. */
  features: {
    watch: ['diagnosis', 'trigger'],
    simulation: ['trigger'],
    checklist: ['simulation', 'trigger', 'scan'],
    repair: ['trigger'],
    migration: ['trigger', 'repair', 'simulation'],
    diagnosis: ['trigger'],
    trigger: ['counters'],
    counters: [],
    scan: [],
    demo: [],
  } as Record<string, readonly string[]>,
  /** What everything else builds on. */
  foundation: ['counter', 'connection', 'sql', 'format', 'config', 'errors'],
} as const;

/** The only import between faces: the command line opens the console if no command is given. */
export const door = 'cli/main.ts imports tui/start.ts';

/** Whether a folder may import from another one. */
export function mayImport(from: string, to: string): boolean {
  const { faces, features, foundation } = layout;
  const isIn = (rooms: readonly string[], room: string) => rooms.includes(room);
  if (isIn(faces, from)) return to in features || isIn(foundation, to);
  if (from in features) return isIn(foundation, to) || isIn(features[from] ?? [], to);
  return isIn(foundation, from) && isIn(foundation, to);
}
