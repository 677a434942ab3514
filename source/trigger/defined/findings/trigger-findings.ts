import type { CounterDefinition } from '../../../counter/definition/definition.ts';
import type { Finding } from '../../../counter/finding.ts';
import { placeText } from '../../../counters/body/change.ts';
import { type Expression, within } from '../../../counters/body/expression.ts';
import { printed } from '../../../counters/body/print.ts';
import type { CatalogTable, CatalogTrigger } from '../../../counters/catalog.ts';
import { columnsIn, evaluate } from '../../../counters/condition/evaluate.ts';
import type { Effect } from '../../../counters/effect/effect.ts';
import { type Circumstances, factsKey } from '../facts/circumstances.ts';
import { about, type Keeping, nameOf } from '../keeping.ts';
import { isClear } from '../play.ts';
import { one } from '../words.ts';

// A bit of a trigger's type: see pg_trigger.tgtype.
const rowTrigger = 1;

/** Findings about whether a trigger that keeps the count fires. */
export function stateFindings(
  trigger: CatalogTrigger,
  table: CatalogTable,
  circumstances: Circumstances,
): Finding[] {
  const { enabled, offIn } = circumstances.triggers.get(factsKey(trigger)) ?? { enabled: 'O', offIn: [] };
  const on = `${table.schema}.${table.name}`;
  if (enabled === 'D')
    return [
      {
        code: 'trigger-disabled',
        severity: 'error',
        message: `The trigger ${trigger.name} is disabled: nothing is counted by it.`,
        hint: `ALTER TABLE ${on} ENABLE TRIGGER ${trigger.name}; then check the counts for the time it was off.`,
        triggers: [trigger.name],
      },
    ];
  if (enabled === 'R')
    return [
      {
        code: 'trigger-replica-only',
        severity: 'error',
        message: `The trigger ${trigger.name} fires only when a replication worker applies changes: the application's are not counted.`,
        hint: `ALTER TABLE ${on} ENABLE TRIGGER ${trigger.name};`,
        triggers: [trigger.name],
      },
    ];
  const findings: Finding[] = [];
  if (offIn.length > 0) {
    findings.push({
      code: 'trigger-off-in-partition',
      severity: 'error',
      message: `The trigger ${trigger.name} is off in ${offIn.join(', ')}: what is stored there is not counted.`,
      hint: `Enable it there: ALTER TABLE ${offIn[0]} ENABLE TRIGGER ${trigger.name};`,
      triggers: [trigger.name],
    });
  }
  // What inherits has no copies.
  const isEachRow = (trigger.type & rowTrigger) !== 0;
  const heirs = (circumstances.heirs ?? []).filter(each => !each.functions.includes(trigger.function));
  if (heirs.length > 0 && trigger.table === table.oid) {
    const names = heirs.map(({ name }) => name).join(', ');
    findings.push({
      code: 'trigger-not-inherited',
      severity: 'error',
      message: isEachRow
        ? `The trigger ${trigger.name} does not fire for ${names}, which ${heirs.length > 1 ? 'inherit' : 'inherits'} from ${on}: what is stored there is not counted.`
        : `The trigger ${trigger.name} fires once per statement on ${on}: what is written straight into ${names}, which ${heirs.length > 1 ? 'inherit' : 'inherits'} from it, is not counted.`,
      hint: `Create a trigger with the same function on ${heirs[0]?.name} too, then check the counts.`,
      triggers: [trigger.name],
    });
  }
  // Partitions have copies of row triggers alone.
  if (table.kind === 'p' && trigger.table === table.oid && !isEachRow) {
    findings.push({
      code: 'partition-inserts-not-counted',
      severity: 'warning',
      message: `The trigger ${trigger.name} fires once per statement on ${on}: what is written straight into one of its partitions is not counted.`,
      hint: `Let it fire FOR EACH ROW, write through ${on} alone, or run sync after writing past it.`,
      triggers: [trigger.name],
    });
  }
  return findings;
}

const mostNamed = 3;

/** Finds partitions in which neither a trigger that was created on others of them fires, nor another one for its events. */
export function partitionFindings(
  trigger: CatalogTrigger,
  table: CatalogTable,
  firing: readonly Keeping[],
): Finding[] {
  const counts = (event: Keeping['event'], partition: string) =>
    firing.some(
      each =>
        each.event === event &&
        each.by.kind === 'trigger' &&
        (each.by.trigger.partitions?.on.includes(partition) ?? true),
    );
  const events = firing.flatMap(({ by, event }) =>
    by.kind === 'trigger' && by.trigger === trigger ? [event] : [],
  );
  const off = trigger.enabled
    ? (trigger.partitions?.off ?? []).filter(name => events.some(event => !counts(event, name)))
    : (trigger.partitions?.off ?? []);
  if (off.length === 0) return [];
  const more = off.length - mostNamed;
  const names = `${off.slice(0, mostNamed).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    {
      code: 'trigger-off-in-partition',
      severity: 'error',
      message: `The trigger ${trigger.name} does not fire in ${names}: what happens there is not counted.`,
      hint: `Create or enable it there. Or create it on ${table.schema}.${table.name}, which gives a copy to every partition, and drop those of the partitions. Then check the counts.`,
      triggers: [trigger.name],
    },
  ];
}

/** Findings about how bodies change the count, whatever the event. */
export function bodyFindings(
  keepings: readonly Keeping[],
  table: CatalogTable,
  definition: CounterDefinition,
  circumstances: Circumstances,
): Finding[] {
  const all = keepings.flatMap(keeping => keeping.effects.map(effect => ({ keeping, effect })));
  const first = (wanted: (effect: Effect, keeping: Keeping) => boolean) =>
    all.find(({ effect, keeping }) => wanted(effect, keeping));
  const { row, nouns } = definition;
  const count = row.count;
  const subject = one(nouns.record);
  const findings: Finding[] = [];
  const swallowed = first(effect => effect.swallowed);
  if (swallowed)
    findings.push({
      code: 'error-swallowed',
      severity: 'warning',
      message: `${swallowed.effect.place.routine} catches errors, such as of a lock, and goes on: ${subject} is then stored or gone, and ${count} is not changed.`,
      hint: 'Raise the error again in its EXCEPTION part, or leave that part out.',
      ...about([swallowed.keeping.by]),
    });
  const clamped = first(effect => effect.kind === 'adds' && effect.clamped);
  if (clamped)
    findings.push({
      code: 'clamped',
      severity: 'warning',
      message:
        clamped.effect.sign === 1
          ? `${placeText(clamped.effect.place)} adds to ${count} only within a limit: beyond it the count drifts unseen.`
          : `${placeText(clamped.effect.place)} keeps ${count} from falling below a limit: a count that is too low then drifts unseen.`,
      hint:
        clamped.effect.sign === 1
          ? 'Add without LEAST, GREATEST or a condition on the count.'
          : 'Subtract without GREATEST or a condition on the count, and repair counts that are too low with sync.',
      ...about([clamped.keeping.by]),
    });
  const { nullable, default: initial } = circumstances.count;
  const unguarded = first(effect => effect.kind === 'adds' && !effect.guards.count && !effect.upsert);
  // The column is at fault as much as the trigger.
  if (unguarded && nullable && initial === null)
    findings.push({
      code: 'count-null',
      severity: 'error',
      message: `${count} begins as NULL, and ${placeText(unguarded.effect.place)} adds to it without COALESCE: NULL stays NULL.`,
      hint: `Write coalesce(${count}, 0), or ALTER TABLE ... ALTER COLUMN ${count} SET DEFAULT 0 and set what is NULL to 0.`,
    });
  const bare = first(
    ({ bare: isBare, conditions }, { event }) =>
      isBare === true && (event !== 'insert' || conditions.length > 0),
  );
  const summed = bare ?? first(effect => mayAddUpNulls(effect, circumstances));
  if (summed)
    findings.push({
      code: 'sum-null',
      severity: nullable ? 'warning' : 'error',
      message: `${placeText(summed.effect.place)} sets ${count} to NULL where ${bare ? `the last of its ${nouns.record[1]} goes` : `all its ${nouns.record[1]} have NULL in ${summed.effect.amount}`}${nullable ? ', and adding to NULL leaves NULL.' : ', which the column refuses: the statement fails.'}`,
      hint: 'Write coalesce(sum(...), 0).',
      ...about([summed.keeping.by]),
    });
  const begun = first(({ begins }) => begins !== null);
  if (begun && !circumstances.countRowsThere)
    findings.push({
      code: 'first-not-counted',
      severity: 'error',
      message: `Where the row with ${count} is missing, ${placeText(begun.effect.place)} inserts it with ${begun.effect.begins}: its first ${nouns.record[0]} is not counted.`,
      hint: 'Insert what the record adds: 1, or its amount.',
      ...about([begun.keeping.by]),
    });
  const before = first(
    (effect, { by }) => effect.kind === 'adds' && by.kind === 'trigger' && (by.trigger.type & 2) !== 0,
  );
  if (before)
    findings.push({
      code: 'trigger-before',
      severity: mayConflict(table, circumstances) ? 'error' : 'warning',
      message: `The trigger ${nameOf(before.keeping.by)} fires BEFORE: it counts ${subject} that ON CONFLICT or another trigger may then not store.`,
      hint: 'Make it an AFTER trigger.',
      ...about([before.keeping.by]),
    });
  const anew = first(
    ({ kind, locked, swallowed }, { by, event }) =>
      kind === 'recounts' &&
      !locked &&
      !swallowed &&
      (by.kind === 'function' || by.table === table) &&
      event !== 'truncate',
  );
  if (anew)
    findings.push({
      code: 'recount-overlaps',
      severity: 'warning',
      message: `${placeText(anew.effect.place)} counts the ${nouns.record[1]} anew, and does not see what other transactions have not committed yet: where two overlap, ${count} loses ${subject}, or keeps one that is gone.`,
      hint: `Lock the row first, in a statement before it: PERFORM FROM ${anew.effect.table.name} WHERE ... FOR NO KEY UPDATE. Or add and subtract: preset-usage migrate --counter ${definition.id} --dry-run`,
      ...about([anew.keeping.by]),
    });
  const once = first(effect => effect.kind === 'adds' && effect.once);
  if (once)
    findings.push({
      code: 'counts-once-per-statement',
      severity: 'error',
      message: `The trigger ${nameOf(once.keeping.by)} changes a count once per statement, however many ${nouns.record[1]} of ${one(nouns.row)} it concerns.`,
      hint: 'Add the number of rows of its transition table, or fire it FOR EACH ROW.',
      ...about([once.keeping.by]),
    });
  const joined = first(effect => effect.joined?.several === true);
  if (joined)
    findings.push({
      code: 'joins-once',
      severity: 'error',
      message: `${placeText(joined.effect.place)} changes each row by only one of the rows that its query gives for it: what the others add is lost.`,
      hint: 'Sum them first, in a query around them, by the key of the row.',
      ...about([joined.keeping.by]),
    });
  for (const { column, sources, virtual } of circumstances.generated) {
    const reading = first(
      (effect, { by }) =>
        virtual && by.kind === 'trigger' && by.trigger.definition === null && readsIn(effect, column),
    );
    if (!reading) continue;
    findings.push({
      code: 'virtual-column',
      severity: 'error',
      message: `The trigger ${nameOf(reading.keeping.by)} reads ${column}, which is virtual: in a trigger it has no value.`,
      hint: `Read ${sources.join(' and ')} there, or make ${column} STORED.`,
      ...about([reading.keeping.by]),
    });
  }
  for (const text of doubtsIn(all.map(({ effect }) => effect)))
    findings.push({
      code: 'depends-on',
      severity: 'warning',
      message: text,
      hint: `Check when that is not so: ${subject} is then not counted.`,
    });
  for (const { by, refusals } of keepings)
    for (const { why, place } of refusals.slice(0, 1))
      findings.push({
        code: 'function-unread',
        severity: 'error',
        message: `It is not known whether ${nameOf(by)} keeps ${count}: ${placeText(place)} ${why}.`,
        hint: `Make a test change and watch the count, or describe the counter in counters.json.`,
        ...about([by]),
      });
  return uniqueFindings(findings);
}

/** Whether a sum that is made anew may be one of NULLs alone. */
function mayAddUpNulls(
  { nulls, amount, conditions }: Effect,
  { columns, generated }: Circumstances,
): boolean {
  if (!nulls || amount === null || columns.get(amount)?.nullable === false) return false;
  const asksForIt = (each: Expression) =>
    columnsIn(each).every(name => name === amount) && evaluate(each, () => null) !== true;
  return !conditions.some(asksForIt) && !generated.some(({ column, full }) => column === amount && full);
}

/** Whether an effect depends on what a column of the record before or after the event holds. */
function readsIn({ conditions, when, amount, kind }: Effect, name: string): boolean {
  if (kind === 'adds' && amount === name) return true;
  return [...conditions, ...when].some(condition =>
    [...within(condition)].some(
      each =>
        each.kind === 'column' &&
        each.column === name &&
        (each.source.kind === 'new' || each.source.kind === 'old'),
    ),
  );
}

/** ON CONFLICT needs a unique key that the application gives values to. */
function mayConflict({ unique }: CatalogTable, { columns }: Circumstances): boolean {
  return unique.some(names => names.every(name => columns.get(name)?.default === null));
}

function doubtsIn(effects: readonly Effect[]): string[] {
  return effects.flatMap(({ doubts, when, place, link, constants }) => [
    ...(link !== null && constants.length > 0
      ? [
          `In ${place.routine} rows are only changed where ${constants.join(' and ')} ${constants.length > 1 ? 'have' : 'has'} a certain value.`,
        ]
      : []),
    ...doubts.map(doubt => `In ${place.routine} ${doubt}.`),
    ...when.filter(each => !isClear(each)).map(each => `In ${place.routine} it depends on ${printed(each)}.`),
  ]);
}

export function uniqueFindings(findings: readonly Finding[]): Finding[] {
  return [...new Map(findings.map(each => [`${each.code} ${each.message}`, each])).values()];
}

/** Findings about the rights with which a trigger's function runs. */
export function rightsFindings(
  routines: ReadonlyMap<number, string>,
  all: readonly CatalogTrigger[],
  definition: CounterDefinition,
  { functions }: Circumstances,
): Finding[] {
  const [, records] = definition.nouns.record;
  const { count } = definition.row;
  return [...routines].flatMap(([oid, identity]): Finding[] => {
    const facts = functions.get(oid);
    if (!facts) return [];
    const triggers = all.filter(each => each.function === oid).map(({ name }) => name);
    const { definer, hasPath, owner, ownerMayUpdate, ownerSeesAll, lacking, limited } = facts;
    if (definer) {
      if (!ownerMayUpdate || !ownerSeesAll)
        return [
          {
            code: 'function-owner',
            severity: 'error',
            message: ownerMayUpdate
              ? `${identity} runs as ${owner}, from whom row-level security may hide rows: they are not counted.`
              : `${identity} runs as ${owner}, who may not update ${count}: every change of ${records} fails.`,
            hint: `ALTER FUNCTION ${identity} OWNER TO the owner of the table, or grant UPDATE on ${count} to ${owner}.`,
            triggers,
          },
        ];
      return hasPath
        ? []
        : [
            {
              code: 'function-search-path',
              severity: 'warning',
              message: `${identity} runs as its owner but takes its search_path from the caller.`,
              hint: `ALTER FUNCTION ${identity} SET search_path = pg_catalog, pg_temp; with every table in it named with its schema.`,
              triggers,
            },
          ];
    }
    if (lacking.length > 0)
      return [
        {
          code: 'function-invoker',
          severity: 'error',
          message: `${identity} runs as the role that writes ${records}: ${lacking.join(', ')} may not update ${count}, so that fails or is not counted.`,
          hint: 'Make it SECURITY DEFINER with a search_path of its own.',
          triggers,
        },
      ];
    return limited.length === 0
      ? []
      : [
          {
            code: 'function-invoker',
            severity: 'warning',
            message: `${identity} runs as the role that writes ${records}: rows that row-level security hides from ${limited.join(', ')} are not counted.`,
            hint: 'Make it SECURITY DEFINER with a search_path of its own.',
            triggers,
          },
        ];
  });
}
