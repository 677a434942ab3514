import { unquoted } from '../../counter/discovery/unquoted.ts';
import type { SqlFieldWrite } from '../../sql/sql-effects.ts';
import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../catalog.ts';
import { describeType } from '../trigger-type.ts';
import { type Effect, type Effects, effectsOf, oneLine } from './effects.ts';

/**
 * What a trigger does to the count and the records: what its function does, and what it assigns to NEW if it fires before
 * a row of either table is written. In an AFTER trigger NEW is only a variable.
 */
export function effectsOfTrigger(
  trigger: CatalogTrigger,
  body: CatalogFunction,
  catalog: TriggerCatalog,
): Effects {
  // It runs for a use of its table, whose application has that schema on its search_path.
  const table = catalog.relations.find(({ oid }) => oid === trigger.tableOid);
  const effects = effectsOf(body, catalog, table?.schema);
  const { timing, level } = describeType(trigger.type);
  const onPresets = trigger.tableOid === catalog.presetsOid;
  if (timing !== 'BEFORE' || level !== 'row' || !(onPresets || trigger.tableOid === catalog.recordsOid)) {
    return effects;
  }
  const wanted = onPresets ? catalog.countName : unquoted(catalog.presetColumn);
  const fields = body.reading.fields.filter(({ row }) => row === 'new');
  const assigned = fields.filter(({ column }) => column?.name === wanted);
  return {
    ...effects,
    writes: [...effects.writes, ...assigned.map(field => assignment(field, trigger, onPresets))],
    unreadable: [
      ...effects.unreadable,
      ...fields
        .filter(({ column }) => column === null)
        .map(({ text }) => ({ why: `assigns the whole row: ${oneLine(text)}`, via: [] })),
    ],
  };
}

function assignment({ column, text }: SqlFieldWrite, trigger: CatalogTrigger, onPresets: boolean): Effect {
  return {
    on: onPresets ? 'count' : 'records',
    verb: 'assign',
    action: 'update',
    table: trigger.table,
    column,
    statement: oneLine(text),
    via: [],
  };
}
