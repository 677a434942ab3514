import type { State } from '../state/model.ts';

/** A text to copy, and what to call it; or why it is not copied. */
export type Copy = { text: string; what: string } | { whyNot: string };

/** A key of the open menu. */
export interface MenuChoice {
  key: string;
  short: string;
  copy: (state: State) => Copy;
}
