import type { LineKind } from './log-level.ts';

/** What one line of a log says. */
export interface LogLine {
  /** Milliseconds since 1970, null where the line says no time. */
  at: number | null;
  /** Null where the line says no level. */
  kind: LineKind | null;
  /** '' where the line says no level. */
  level: string;
  /** Whether it is a line of its own, or part of the line before if there is one; a `frame` is of a stack trace. */
  form: 'own' | 'part' | 'frame' | 'blank';
  /** The first line of the message where the line is JSON, else the line as it is. */
  text: string;
}
