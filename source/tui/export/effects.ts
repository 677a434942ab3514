import { isSystemError, writeFailure } from '../../config/files/system-error.ts';
import { writeNewFile } from '../../config/files/write-new-file.ts';
import { amount } from '../../format/plurals.ts';
import { definitionIn, nounsIn } from '../state/counter.ts';
import type { Action, State } from '../state/model.ts';
import { type ExportFormat, exportFormats } from './formats.ts';
import { exportPieces } from './pieces.ts';

/** Writes the list to a new file of `directory`, and says which. That it cannot be written is an answer too. */
export async function exportList(state: State, format: ExportFormat, directory: string): Promise<Action> {
  const at = Date.now();
  const tally = { rows: 0 };
  try {
    const name = { name: fileName(state, at), ending: exportFormats[format] };
    const file = await writeNewFile(directory, name, exportPieces(state, format, at, tally));
    const [one, many] = nounsIn(state).row;
    const what =
      state.marked > 0
        ? amount(tally.rows, `marked ${one}`, `marked ${many}`)
        : amount(tally.rows, one, many);
    return { type: 'said', done: `Exported ${what} to ${file}` };
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { type: 'said', whyNot: `Nothing was exported to ${directory}: ${writeFailure(error)}.` };
  }
}

// A name in ASCII is a name everywhere.
const unsafe = /\W+/g;
const longest = 60;

/** Such as posts-comments_count-20261129T120001Z: names of the database without what a path could take for its own. */
export function fileName(state: State, at: number): string {
  const row = definitionIn(state)?.row;
  const names = row ? [row.table, row.count] : ['counts'];
  const safe = names.map(name => name.replace(unsafe, '-').slice(0, longest));
  return [...safe, new Date(at).toISOString().replace(/\.\d+|[-:]/g, '')].join('-');
}
