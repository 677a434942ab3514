import type { Node } from 'libpg-query';
import type { BodySteps } from '../../sql/body/steps.ts';
import type { CatalogRoutine, CatalogTable } from '../catalog.ts';
import type { Scope, Variable } from './scope.ts';

/** A routine that has been read. */
export interface ReadRoutine {
  routine: CatalogRoutine;
  body: BodySteps;
}

/** What a body can reach. */
export interface World {
  /** The table that a name means in a routine. */
  table(schema: string | null, name: string, routine: CatalogRoutine): CatalogTable | undefined;
  /** The routines of the application that a name means in a routine, in the order of the search_path. */
  routines(schema: string | null, name: string, from: CatalogRoutine): readonly CatalogRoutine[];
  /** The body of a routine; undefined if it was not read. */
  body(routine: CatalogRoutine): ReadRoutine | undefined;
}

/** What a body begins with. */
export interface Start {
  variables: ReadonlyMap<string, Variable>;
  /** The transition tables. */
  queries: Scope['queries'];
  /** The table whose row a trigger may change before it is stored. */
  own: CatalogTable | null;
  /** What has to be true for the body to run: the WHEN of a trigger. */
  when: Node | null;
  /** The event happens only if the body returns the new row, or any row; missing where it does not ask. */
  lets?: 'new' | 'any';
}

/** How deep calls are followed from a body. */
export const deepest = 5;
