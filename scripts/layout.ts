/** The rule of the layout: faces import features and the foundation, features the foundation, the foundation no feature. */
export const layout = {
  /** How the program meets people. */
  faces: ['cli', 'tui'],
  /** What it can do, and which other features each one may build on. */
  features: {
    watch: ['diagnosis', 'trigger'],
    simulation: ['trigger'],
    checklist: ['simulation', 'trigger', 'scan'],
    repair: ['trigger'],
    migration: ['trigger', 'repair'],
    diagnosis: ['trigger'],
    trigger: [],
    scan: [],
    demo: [],
  } as Record<string, readonly string[]>,
  /** What everything stands on. */
  foundation: ['counter', 'connection', 'sql', 'format', 'config', 'errors'],
} as const;

/** The one import between faces: the command line opens the console where no command is given. */
export const door = 'cli/main.ts imports tui/start.ts';

/** Whether a room may import from another one. */
export function mayImport(from: string, to: string): boolean {
  const { faces, features, foundation } = layout;
  const isIn = (rooms: readonly string[], room: string) => rooms.includes(room);
  if (isIn(faces, from)) return to in features || isIn(foundation, to);
  if (from in features) return isIn(foundation, to) || isIn(features[from] ?? [], to);
  return isIn(foundation, from) && isIn(foundation, to);
}
