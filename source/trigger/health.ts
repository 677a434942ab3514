import type { Noun } from '../counter/definition/definition.ts';
import type { Finding, Severity } from '../counter/finding.ts';
import type { CatalogTrigger, TriggerCatalog } from './catalog.ts';
import { checkTrackColumns, checkTrackFunction } from './checks/check-track-function.ts';
import { judgeAbsence, judgeFunction, judgeShape, judgeState } from './checks/counting-trigger.ts';
import { judgeOther, judgeUniques, judgeWriters } from './checks/other-writers.ts';
import { judgeReplication } from './checks/replication.ts';
import type { Writer } from './effects/writer.ts';
import { writersIn } from './effects/writers.ts';
import { type Enabled, enabledWords } from './enabled.ts';
import { hasFunction, triggerName } from './expected-names.ts';
import { trackRoutines } from './track-routines.ts';
import { describeType } from './trigger-type.ts';

/** The counting trigger, as `trigger --json` prints it; null for what does not exist. */
export interface TriggerState {
  name: string;
  table: string | null;
  exists: boolean;
  enabled: Enabled | null;
  timing: string | null;
  events: string[];
  level: 'row' | 'statement' | null;
  function: string | null;
  functionExists: boolean;
  definition: string | null;
}

/** A trigger that does not keep the count. */
export interface OtherTrigger {
  name: string;
  table: string;
  timing: string;
  events: string[];
  enabled: Enabled;
  function: string;
}

export interface TriggerHealth {
  /** True if no finding is an error. */
  healthy: boolean;
  trigger: TriggerState;
  findings: Finding[];
  others: OtherTrigger[];
  /** Routines that the application may call for a use. */
  track: { identity: string; kind: 'function' | 'procedure'; securityDefiner: boolean }[];
  /** Everything that writes the count, or inserts into or deletes from the records. */
  writers: Writer[];
}

/** What each state means for the application's records. */
export function enabledMeaningOf([one, many]: Noun): Record<Enabled, string> {
  return {
    origin: `fires for every ${one}, but not when a replication worker applies changes`,
    always: `fires for every ${one}, and again when a replication worker applies changes`,
    replica: `fires only when a replication worker applies changes: the application's ${many} are not counted`,
    disabled: `does not fire: ${many} are not counted`,
  };
}

/** What each state means for the application's uses. */
export const enabledMeaning = enabledMeaningOf(['use', 'uses']);

/**
 * Judges from the catalog alone whether a use is counted exactly once. Parsing shows what a function does, but not under
 * which conditions. So only what must go wrong is an error, and a doubt is a warning; `simulate` settles it.
 */
export function judgeTrigger(catalog: TriggerCatalog): TriggerHealth {
  const named = catalog.triggers.filter(trigger => trigger.name === triggerName);
  const trigger = named.find(candidate => candidate.tableOid === catalog.recordsOid);
  const functionOf = (candidate: CatalogTrigger) =>
    catalog.functions.find(({ oid }) => oid === candidate.functionOid);
  const others = catalog.triggers.filter(
    candidate =>
      candidate !== trigger &&
      (candidate.tableOid === catalog.recordsOid || candidate.tableOid === catalog.presetsOid),
  );
  const findings = [
    ...(trigger
      ? [
          ...judgeState(catalog, trigger),
          ...judgeShape(catalog, trigger),
          ...judgeReplication(catalog, trigger),
          ...judgeFunction(catalog, trigger, functionOf(trigger)),
        ]
      : judgeAbsence(catalog, named)),
    ...others.flatMap(other => judgeOther(catalog, other, functionOf(other))),
    ...checkTrackColumns(catalog),
    ...checkTrackFunction(catalog),
    ...judgeUniques(catalog),
    ...judgeWriters(catalog),
  ];
  const expected = trigger && functionOf(trigger);
  return {
    healthy: findings.every(finding => finding.severity !== 'error'),
    trigger: {
      name: triggerName,
      table: trigger?.table ?? null,
      exists: trigger !== undefined,
      enabled: trigger ? enabledWords[trigger.enabled] : null,
      timing: trigger ? describeType(trigger.type).timing : null,
      events: trigger ? describeType(trigger.type).events : [],
      level: trigger ? describeType(trigger.type).level : null,
      function: expected?.identity ?? null,
      functionExists: hasFunction(catalog),
      definition: trigger?.definition ?? null,
    },
    track: trackRoutines(catalog).own.map(({ identity, kind, definer }) => ({
      identity,
      kind,
      securityDefiner: definer,
    })),
    findings: findings.sort((a, b) => rank[a.severity] - rank[b.severity]),
    writers: writersIn(catalog),
    others: others.map(other => describeOther(other, catalog)),
  };
}

/** A trigger that does not keep the count, as `trigger --json` prints it. */
export function describeOther(other: CatalogTrigger, { functions }: TriggerCatalog): OtherTrigger {
  const { timing, events } = describeType(other.type);
  return {
    name: other.name,
    table: other.table,
    timing,
    events,
    enabled: enabledWords[other.enabled],
    function: functions.find(({ oid }) => oid === other.functionOid)?.identity ?? '?',
  };
}

const rank: Record<Severity, number> = { error: 0, warning: 1, info: 2 };
