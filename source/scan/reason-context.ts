import type { CountChange, WriteKind } from './finding.ts';

/** What is known about a write when its reason is worded. */
export interface ReasonContext {
  kind: WriteKind;
  how: CountChange | null;
  /** The line, in the same function, that inserts a record. */
  record: number | null;
  line: number;
  readBefore: boolean;
  /** True if it inserts new presets. */
  inserts?: boolean;
  through: string | null;
  routine: string | null;
  trigger: string | null;
}
