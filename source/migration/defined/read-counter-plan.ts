import { catalogPath } from '../../connection/search-path.ts';
import type { Database, Reader } from '../../connection/transactions.ts';
import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { Finding } from '../../counter/finding.ts';
import { fingerprint } from '../../counter/fingerprint.ts';
import { leaveOutReadOnly, refused, requireWritableServer } from '../../counter/guards.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { ConsoleError, exitCodes } from '../../errors/errors.ts';
import type { TriggerCatalog } from '../../trigger/catalog.ts';
import { strandedCode } from '../../trigger/defined/findings/key-findings.ts';
import type { CounterHealth } from '../../trigger/defined/judge.ts';
import { readHealthIn } from '../../trigger/defined/read-health.ts';
import { readLostNames, readOwnerTaken, type TableChange } from '../read-fired.ts';
import {
  type CounterChanges,
  changesFor,
  hasRoom,
  isInferred,
  isInstalled,
  isWrong,
} from './counter-plan.ts';
import { keeperName } from './names.ts';
import { type CounterFacts, readCounterFacts } from './read-counter-facts.ts';
import { type CounterProof, runCounterProof } from './run-counter-proof.ts';
import { commentOf, counterScript } from './sql/counter-script.ts';

/** A migration of any counter that is planned but not run. */
export interface CounterPlan extends CounterChanges {
  inspected: InspectedDatabase;
  definition: CounterDefinition;
  health: CounterHealth;
  /** What is wrong with counting here, before the migration. */
  findings: Finding[];
  /** What happens to the count when records are deleted, where that is not plain; null for a plan without statements. */
  deletes: string | null;
  /** Whether the tables allow for what is installed. */
  room: boolean;
  /** What may surprise afterwards; these are findings too. */
  warnings: Finding[];
  /** The rights that this role lacks, in words. */
  lacking: string[];
  fingerprint: string;
}

/** A plan with what was played to prove it. */
export interface ProvenCounterPlan extends CounterPlan {
  /** Null if the plan changes nothing. */
  proof: CounterProof | null;
}

interface CounterRequest {
  definition: CounterDefinition;
  readOnly: boolean;
  dryRun: boolean;
  /** The user says that the application does not count by itself, or not any more. */
  applicationStopped: boolean;
}

/**
 * Compares what keeps a counter with what the migration would install. Rejects with exit code 4 if that is not possible, would count
 * something twice or comes out wrong where it is played, with 3 if this role lacks a right.
 */
export async function planCounterMigration(
  database: Database,
  { definition, readOnly, dryRun, applicationStopped }: CounterRequest,
  signal?: AbortSignal,
): Promise<ProvenCounterPlan> {
  if (readOnly && !dryRun)
    throw refused('read-only', 'The migration writes, and --read-only is set.', leaveOutReadOnly);
  const plan = await database.read(reader => readCounterPlan(reader, database, definition), { signal });
  if (plan.statements.length === 0) return { ...plan, proof: null };
  if (!dryRun) {
    requireWritableServer(plan.inspected.server, 'the migration');
    requireRights(plan);
    requireStopped(plan, applicationStopped);
  }
  const obstacle = readOnly
    ? '--read-only is set'
    : plan.inspected.server.readOnly
      ? 'the server is read-only'
      : plan.lacking.length > 0
        ? `${plan.inspected.server.user} ${plan.lacking[0]}`
        : null;
  const proof =
    obstacle === null
      ? await runCounterProof(database, plan.definition, plan.statements, signal)
      : { proved: false, reason: obstacle, steps: [] };
  const wrong = proof.steps.find(({ status }) => status === 'wrong');
  if (wrong)
    throw refused(
      'would-break',
      `What the migration installs would not count right: ${wrong.words}.`,
      'This was tried in a transaction that was rolled back. Another trigger or rule may write the count too.',
    );
  return { ...plan, proof };
}

/** Reads a plan in the transaction of `reader`. */
export async function readCounterPlan(
  reader: Reader,
  database: Database,
  wanted: CounterDefinition,
): Promise<CounterPlan> {
  const { inspected, known, writers, health } = await readHealthIn(reader, database, wanted);
  const called = writers.functions.flatMap(({ isTrigger, reading }) =>
    isTrigger ? reading.calls.filter(({ performed }) => performed).map(each => each.name) : [],
  );
  const facts = await readCounterFacts(reader, known.definition, [...new Set(called)]);
  const name = keeperName(known.definition, namesTaken(facts, known.definition.id));
  const planFor = (definition: CounterDefinition) => {
    const { relations, inserts, follows } = facts;
    const script = counterScript({ definition, relations, name, inserts, follows });
    const changes = changesFor({ known: { ...known, definition }, health, writers, facts, script });
    return { definition, script, changes };
  };
  const first = planFor(known.definition);
  // What counts wrongly does not show what is meant to happen to deleted records, and what happens to a table between counts anew.
  const isUnproved =
    (known.definition.record.through !== null && first.changes.statements.length > 0) ||
    first.changes.drops.some(each => isWrong(each, health));
  const { definition, script, changes } =
    isUnproved && isInferred(known.definition)
      ? planFor({ ...known.definition, onDelete: 'subtracts' })
      : first;
  const { server, tables } = inspected;
  const isThere = isInstalled(facts, script);
  const installs = changes.statements.length > 0;
  const change = countChange(facts, definition);
  const names = installs || isThere ? await readLostNames(reader, change) : [];
  const lost = names.find(({ severity }) => severity === 'error');
  if (installs && lost) throw refused(lost.code, lost.message, lost.hint);
  const fired = [
    ...(installs ? names : lost ? [lost] : []),
    ...(installs && !ranAsOwner(health, writers) ? await readOwnerTaken(reader, change) : []),
  ];
  return {
    ...changes,
    warnings: installs ? [...fired, ...health.findings.filter(({ code }) => code === strandedCode)] : [],
    room: hasRoom(definition, facts),
    deletes: changes.statements.length > 0 ? deletesWords(definition, health) : null,
    inspected,
    definition,
    health,
    findings: [...(isThere ? health.findings.filter(isAboutOthers) : health.findings), ...fired],
    lacking: changes.statements.length > 0 ? facts.lacking : [],
    fingerprint: fingerprint([
      [server.database, tables.presets.oid, tables.records.oid],
      'migrate',
      definition.id,
      changes.statements,
      changes.replaced,
    ]),
  };
}

/** Whether all that counts today ran as its owner too. */
function ranAsOwner({ triggers }: CounterHealth, writers: TriggerCatalog): boolean {
  const run = writers.triggers.filter(({ name }) => triggers.some(each => each.name === name));
  return (
    run.length > 0 &&
    run.every(each => writers.functions.some(({ oid, definer }) => oid === each.functionOid && definer))
  );
}

/** How what is installed changes the count. */
function countChange({ relations, inserts, owner }: CounterFacts, { row }: CounterDefinition): TableChange {
  return {
    does: 'changes the count',
    table: relations.via ?? relations.row,
    columns: [row.count],
    inserts: relations.via !== null && inserts,
    path: catalogPath,
    role: owner,
  };
}

/** What a plan does with deleted records, in a sentence; null where it subtracts them as is done today, or as the file says. */
function deletesWords(definition: CounterDefinition, { events }: CounterHealth): string | null {
  const [, records] = definition.nouns.record;
  const deleted = `Deleted ${records}`;
  if (definition.onDelete === 'keeps')
    return isInferred(definition)
      ? `${deleted} stay counted, as they do today: set onDelete in counters.json if they should not.`
      : `${deleted} stay counted, as onDelete of this counter says.`;
  const isNew = events.some(({ event, keptBy }) => event === 'delete' && keptBy.length === 0);
  if (!isNew || !isInferred(definition)) return null;
  const { through } = definition.record;
  const words = `${deleted} are subtracted, which nothing does today: set onDelete in counters.json if they should stay counted.`;
  return through
    ? `${words} When a row of ${through.table} comes, moves or goes, ${records} are counted anew: what was deleted before is then lost from the count.`
    : words;
}

/** What is installed here is known, also where reading it does not tell. */
function isAboutOthers({ code }: Finding): boolean {
  return code !== 'conditions-not-played' && code !== 'function-unread';
}

/** Names of functions and triggers that are not this counter's. */
function namesTaken({ functions, triggers }: CounterFacts, id: string): Set<string> {
  const own = new Set(functions.filter(({ comment }) => comment === commentOf(id)).map(({ name }) => name));
  const others = functions.filter(({ name }) => !own.has(name)).map(({ name }) => name);
  const events = /(?:_between)?_(?:insert|update|delete|truncate|key)$/;
  const named = triggers
    .filter(each => each.function === null || !own.has(each.function))
    .map(({ name }) => name.replace(events, ''));
  return new Set([...others, ...named]);
}

/** Throws (exit code 4) where the application seems to count by itself, unless the user says that it does not. */
function requireStopped({ beside }: CounterPlan, stopped: boolean): void {
  if (beside === null || stopped) return;
  throw refused(
    'kept-elsewhere',
    beside.message,
    `${beside.hint} Once it is out, or if it never did, add --application-stopped.`,
  );
}

function requireRights({ inspected: { server }, lacking }: CounterPlan): void {
  if (lacking.length === 0) return;
  throw new ConsoleError({
    code: 'permission-denied',
    message: `${server.user} may not run the migration: it ${lacking.join(', ')}.`,
    hint: 'Connect as the owner of the tables or as a superuser, or give such a person the SQL that --dry-run prints.',
    exitCode: exitCodes.unreachable,
  });
}
