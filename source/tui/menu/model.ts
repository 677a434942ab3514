import type { ExportFormat } from '../export/formats.ts';
import type { Leaving, State } from '../state/model.ts';

/** A text to copy, and what to call it; or why it is not copied. */
export type Copy = { text: string; what: string } | { whyNot: string };

/** A key of the open menu. */
export interface MenuChoice {
  key: string;
  short: string;
  does: { copy: (state: State) => Copy } | { format: ExportFormat } | { leave: Leaving };
}
