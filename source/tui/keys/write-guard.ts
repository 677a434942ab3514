import { displayText } from '../../format/text.ts';
import type { State } from '../state/model.ts';

/** Why nothing can be written here; null if it can, or if that is not known yet. The repairs check it again. */
export function whyNotWrite({ inspected }: Pick<State, 'inspected'>): string | null {
  if (!inspected) return null;
  const { server, tables } = inspected;
  if (server.standby) return 'This server is a standby: nothing can be written.';
  if (server.readOnly) return 'Transactions are read-only here: nothing can be written.';
  if (tables.hiddenBy.length === 0) return null;
  const [who] = tables.seenBy;
  return `This role may not see every row${who ? `; ${displayText(who)} does` : ', so counts from the visible ones would be wrong'}.`;
}
