import { titled } from '../../counter/definition/counter-nouns.ts';
import { eventsOf } from '../../watch/format-drift.ts';
import { exportedWords } from '../state/marks.ts';
import type { State } from '../state/model.ts';
import { lostEvents } from '../state/watch-counter.ts';
import { copyChoices } from './copy.ts';
import type { MenuChoice } from './model.ts';

const formats: readonly MenuChoice[] = [
  { key: 'c', short: 'CSV', does: { format: 'csv' } },
  { key: 'j', short: 'JSON', does: { format: 'json' } },
  { key: 'm', short: 'Markdown', does: { format: 'markdown' } },
];

/** A menu of the footer: its title, its keys, and what any other key does. */
interface Menu {
  title: string;
  choices: readonly MenuChoice[];
  close: string;
}

/** The menu that is open; null while none is. */
export function openMenu(state: State): Menu | null {
  switch (state.menu) {
    case null:
      return null;
    case 'copy':
      return { title: 'Copy', choices: copyChoices(state), close: 'nothing' };
    case 'export':
      return { title: `Export ${exportedWords(state)}`, choices: formats, close: 'nothing' };
    default: {
      const { menu } = state;
      const short = menu === 'quit' ? 'quit' : `open ${menu.context}`;
      return {
        title: `${titled(short)}? ${eventsOf(lostEvents(state))} would be lost.`,
        choices: [{ key: 'y', short, does: { leave: menu } }],
        close: 'stay',
      };
    }
  }
}
