import { invalidValue } from './flags.ts';

/** What to do with columns that have changed since, by their names. */
export interface ColumnChoice {
  /** Pairs of a column of the receipt and the one that its values go into. */
  map: readonly (readonly [from: string, to: string])[];
  /** Columns of the receipt whose values are left out. */
  drop: readonly string[];
}

export const noChoice: ColumnChoice = { map: [], drop: [] };

/**
 * Reads what `--map-column OLD=NEW` and `--drop-column OLD` say; names may be quoted as in SQL, which one with an equals sign in
 * it has to be. Throws a usage error (exit code 2) if a value is not a pair of names.
 */
export function readColumnChoice(mapped: readonly string[], dropped: readonly string[]): ColumnChoice {
  return {
    map: mapped.map(text => {
      const [, from, to] = /^("(?:[^"]|"")+"|[^"=][^=]*)=("(?:[^"]|"")+"|[^"=][^=]*)$/.exec(text) ?? [];
      if (from !== undefined && to !== undefined) return [from, to] as const;
      throw invalidValue('mapColumn');
    }),
    drop: [...dropped],
  };
}
