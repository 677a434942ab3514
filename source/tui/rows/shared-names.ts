import { distinctNames } from '../../format/preset-name.ts';
import { isSharedName } from './prepared-names.ts';
import { ListedRows, type RowList } from './row-list.ts';

/** What rows on screen are called: with their keys if others have the same name, also those that are not on screen. For `cut` see distinctNames. */
export function namesIn<Row extends { id: string; name: string }>(
  list: RowList,
  shown: readonly Row[],
  cut?: (name: string) => string,
): (row: Row) => string {
  const isShared = ({ id }: Row) => {
    if (!(list instanceof ListedRows)) return false;
    const position = list.rows.find(id);
    return position >= 0 && isSharedName(list.rows, position);
  };
  return distinctNames(shown, isShared, cut);
}
