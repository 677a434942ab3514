import type { Finding } from '../counter/finding.ts';
import { count } from '../format/numbers.ts';

/** Sessions that wait for rows which other transactions have written, as seen at one look. */
export interface Contention {
  /** The row that most of them wait for; null where it is not known. */
  name: string | null;
  /** The table with the count. */
  table: string;
  /** The number of sessions that wait, by a statement that names the tables. */
  waiting: number;
}

// Two sessions may meet by chance; those of a contended row meet again and again.
const remembered = 10;
const often = 3;

/** The newest looks, oldest first; null where no two sessions waited. */
export type ContentionLooks = readonly (Contention | null)[];

export function withLook(looks: ContentionLooks, look: Contention | null): ContentionLooks {
  return look === null && looks.every(each => each === null) ? looks : [...looks.slice(1 - remembered), look];
}

/** What is worth saying of these looks; null while sessions did not wait at several of them. */
export function contentionFinding(looks: ContentionLooks): Finding | null {
  const seen = looks.filter(look => look !== null);
  const last = seen.at(-1);
  if (!last || seen.length < often) return null;
  const names = [...new Set(seen.map(({ name }) => name).filter(name => name !== null))];
  const row = names.length === 1 ? `, for the row ${names[0]} among others` : '';
  const most = count(Math.max(...seen.map(({ waiting }) => waiting)));
  return {
    code: 'row-contended',
    severity: 'warning',
    message: `At ${seen.length} of the last ${looks.length} looks sessions that use ${last.table} waited for a row which another transaction had written${row}, up to ${most} at once.`,
    hint: 'Uses of one row commit one after the other. docs/scale.md says when its count is better kept in several rows.',
  };
}
