import type { LineKind } from './log-level.ts';

/** What one line of a log says. */
export interface LogLine {
  /** Milliseconds since 1970; null if the line has no time. */
  at: number | null;
  /** Null if the line has no level. */
  kind: LineKind | null;
  /** '' if the line has no level. */
  level: string;
  /** Whether it is a separate entry, or part of the one before it if there is one; a `frame` is from a stack trace. */
  form: 'own' | 'part' | 'frame' | 'blank';
  /** The first line of the message if the line is JSON, else the unchanged line. */
  text: string;
  /** False if the line may be an error without being recognised as one: it is in no known format. */
  understood: boolean;
}
