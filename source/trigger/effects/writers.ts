import type { CatalogFunction, CatalogTrigger, TriggerCatalog } from '../catalog.ts';
import { enabledWords } from '../enabled.ts';
import { trackName, triggerName } from '../expected-names.ts';
import { describeType } from '../trigger-type.ts';
import { writersByReference } from './cascading-writers.ts';
import { type Effect, type Effects, effectsOf, effectsOfReading } from './effects.ts';
import { targetOf } from './resolve-names.ts';
import { effectsOfTrigger } from './trigger-effects.ts';
import { whoMayBoth, whoMayRun } from './who-may-run.ts';
import { relationOf, type Writer, type WriterEffect } from './writer.ts';

/** Everything in the database that writes the count or the records, as far as its source shows. */
export function writersIn(catalog: TriggerCatalog): Writer[] {
  const run = new Set(catalog.triggers.map(({ functionOid }) => functionOid));
  return [
    ...catalog.triggers.flatMap(trigger => triggerWriter(trigger, catalog)),
    // A trigger function cannot be called directly, so its trigger is listed instead.
    ...catalog.functions
      .filter(({ oid, isTrigger }) => !(isTrigger && run.has(oid)))
      .flatMap(routine => routineWriter(routine, catalog)),
    ...ruleWriters(catalog),
    ...tableWriters(catalog),
    ...viewWriters(catalog),
    ...generatedWriters(catalog),
    ...writersByReference(catalog),
    ...jobWriters(catalog),
  ];
}

const plain = { securityDefiner: null, language: null, fires: null, expected: false } as const;

function triggerWriter(trigger: CatalogTrigger, catalog: TriggerCatalog): Writer[] {
  const body = catalog.functions.find(({ oid }) => oid === trigger.functionOid);
  if (!body) return [];
  const { timing, events, level } = describeType(trigger.type);
  return ifAny(effectsOfTrigger(trigger, body, catalog), {
    kind: 'trigger',
    name: trigger.name,
    table: trigger.table,
    mayRun: whoMayRun(catalog, trigger.tableOid, events),
    securityDefiner: body.definer,
    language: body.language,
    fires: {
      timing,
      events,
      level,
      enabled: enabledWords[trigger.enabled],
      when: trigger.updateOf.length > 0 ? `UPDATE OF ${trigger.updateOf.join(', ')}` : null,
    },
    expected: trigger.name === triggerName && trigger.tableOid === catalog.recordsOid,
  });
}

function routineWriter(routine: CatalogFunction, catalog: TriggerCatalog): Writer[] {
  return ifAny(effectsOf(routine, catalog), {
    kind: routine.kind,
    name: routine.identity,
    table: null,
    mayRun: {
      owner: routine.owner,
      roles: routine.executors.filter(role => role !== null),
      public: routine.executors.includes(null),
    },
    securityDefiner: routine.definer,
    language: routine.language,
    fires: null,
    expected: routine.name === trackName,
  });
}

function ifAny({ writes, unreadable }: Effects, rest: Omit<Writer, 'does' | 'unreadable'>): Writer[] {
  if (writes.length === 0 && unreadable.length === 0) return [];
  const why = unreadable.map(({ why: reason, via }) =>
    via.length === 0 ? reason : `${reason} (in ${via.at(-1)})`,
  );
  return [{ ...rest, does: distinct(writes), unreadable: [...new Set(why)] }];
}

/** A routine may reach the same statement through several calls; the first is enough. */
function distinct(effects: readonly Effect[]): Effect[] {
  const key = (each: Effect) => JSON.stringify([each.on, each.verb, each.table, each.column, each.statement]);
  return effects.filter((each, at) => effects.findIndex(other => key(other) === key(each)) === at);
}

function ruleWriters(catalog: TriggerCatalog): Writer[] {
  return catalog.rules.flatMap(rule => {
    const [event = ''] = /\bON\s+(INSERT|UPDATE|DELETE)\b/i.exec(rule.definition)?.slice(1) ?? [];
    return ifAny(effectsOfReading(rule.reading, catalog), {
      ...plain,
      kind: 'rule',
      name: rule.name,
      table: relationOf(catalog, rule.tableOid)?.table ?? null,
      mayRun: whoMayRun(catalog, rule.tableOid, [event.toUpperCase()]),
      fires: {
        timing: /\bDO\s+INSTEAD\b/i.test(rule.definition) ? 'INSTEAD OF' : 'ALSO',
        events: [event.toUpperCase()],
        level: null,
        enabled: enabledWords[rule.enabled],
        when: null,
      },
    });
  });
}

/** Updatable views of one of the tables. */
export function viewWriters(catalog: TriggerCatalog): Writer[] {
  return catalog.relations.flatMap((relation): Writer[] => {
    const { view } = relation;
    const target = view && targetOf(relation, catalog);
    if (!view || !target || target.through.length === 0) return [];
    const shown = view.reading.creates.flatMap(each => (each.kind === 'view' ? each.columns : []));
    const statement = `a view of ${target.base === 'presets' ? catalog.presetsTable : catalog.recordsTable}`;
    const common = { table: relation.table, statement, via: [] };
    const does: WriterEffect[] = [];
    if (target.base === 'presets') {
      const count = shown.find(({ name }) => target.column(name) === catalog.countName);
      if (count) {
        const column = { name: count.name, how: 'sets' as const };
        if (view.updates) does.push({ ...common, on: 'count', verb: 'update', action: 'update', column });
        if (view.inserts) does.push({ ...common, on: 'count', verb: 'insert', action: 'insert', column });
      }
    } else {
      if (view.inserts)
        does.push({ ...common, on: 'records', verb: 'insert', action: 'insert', column: null });
      if (view.deletes)
        does.push({ ...common, on: 'records', verb: 'delete', action: 'delete', column: null });
    }
    if (does.length === 0) return [];
    const events = does.map(({ verb }) => verb.toUpperCase());
    const [base, grants] =
      target.base === 'presets' ? [catalog.presetsOid, catalog.countGrants] : [catalog.recordsOid, undefined];
    const may = whoMayRun(catalog, relation.oid, events);
    return [
      {
        ...plain,
        securityDefiner: !relation.invoker,
        kind: 'view',
        name: relation.table,
        table: relation.table,
        does,
        unreadable: [],
        mayRun: relation.invoker ? whoMayBoth(may, whoMayRun(catalog, base, events, grants)) : may,
      },
    ];
  });
}

/** Roles that may write the count by a statement of their own, other than the table's owner. */
function tableWriters(catalog: TriggerCatalog): Writer[] {
  return (['update', 'insert'] as const).flatMap((verb): Writer[] => {
    const mayRun = whoMayRun(catalog, catalog.presetsOid, [verb.toUpperCase()], catalog.countGrants);
    if (!mayRun.public && mayRun.roles.length === 0) return [];
    const column = { name: catalog.countName, how: 'sets' as const };
    const statement = `any ${verb.toUpperCase()} that sets ${catalog.countName}`;
    const table = catalog.presetsTable;
    return [
      {
        ...plain,
        kind: 'table',
        name: table,
        table,
        does: [{ on: 'count', verb, action: verb, table, column, statement, via: [] }],
        unreadable: [],
        mayRun,
      },
    ];
  });
}

function generatedWriters(catalog: TriggerCatalog): Writer[] {
  return catalog.generated
    .filter(({ column, reads }) => column === catalog.countName || reads.includes(catalog.countName))
    .map(({ column, expression }) => ({
      ...plain,
      kind: 'generated',
      name: column,
      table: catalog.presetsTable,
      does: [
        {
          on: column === catalog.countName ? 'count' : 'derived',
          verb: 'assign',
          action: 'update',
          table: catalog.presetsTable,
          column: { name: column, how: 'sets' },
          statement: expression,
          via: [],
        },
      ],
      unreadable: [],
      mayRun: whoMayRun(catalog, catalog.presetsOid, ['INSERT', 'UPDATE']),
    }));
}

function jobWriters(catalog: TriggerCatalog): Writer[] {
  return catalog.jobs.flatMap(job =>
    ifAny(effectsOfReading(job.reading, catalog), {
      ...plain,
      kind: 'job',
      name: job.name ?? `job ${job.id}`,
      table: null,
      mayRun: { owner: job.user, roles: [], public: false },
      language: 'sql',
      fires: {
        timing: job.schedule,
        events: [],
        level: null,
        enabled: job.active ? 'origin' : 'disabled',
        when: null,
      },
    }),
  );
}
