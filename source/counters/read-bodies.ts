import type { Node } from 'libpg-query';
import { readBodySteps, readTreesOf } from '../sql/parser/parser-process.ts';
import type { ReadRoutine } from './body/world.ts';
import type { Catalog, CatalogRoutine, CatalogTrigger } from './catalog.ts';
import { relevantRoutines } from './find/relevant-routines.ts';
import type { Readings, TriggerDetails } from './find/writings.ts';

/** Parses the bodies that can matter, and what triggers say beside them, in the parsing process. */
export async function readBodies(catalog: Catalog): Promise<Readings> {
  const relevant = relevantRoutines(catalog);
  const oids = new Set(relevant.map(({ oid }) => oid));
  const triggers = catalog.triggers.filter(each => each.definition !== null && oids.has(each.function));
  const [bodies, details] = await Promise.all([
    Promise.all(relevant.map(readRoutine)),
    Promise.all(triggers.map(readDetails)),
  ]);
  return { catalog, bodies: new Map(bodies), details: new Map(details) };
}

async function readRoutine(routine: CatalogRoutine): Promise<[number, ReadRoutine]> {
  return [routine.oid, { routine, body: await readBodySteps(routine) }];
}

async function readDetails(trigger: CatalogTrigger): Promise<[CatalogTrigger, TriggerDetails]> {
  const [node] = await readTreesOf(trigger.definition ?? '');
  return [
    trigger,
    node && 'CreateTrigStmt' in node ? detailsOf(node.CreateTrigStmt) : { when: null, arguments: [] },
  ];
}

function detailsOf({
  whenClause,
  args = [],
}: Extract<Node, { CreateTrigStmt: unknown }>['CreateTrigStmt']): TriggerDetails {
  return {
    when: whenClause ?? null,
    arguments: args.map(each => ('String' in each ? (each.String.sval ?? '') : '')),
  };
}
