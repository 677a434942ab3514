import { setImmediate } from 'node:timers/promises';
import type { Database, Reader } from '../connection/transactions.ts';
import { isOfOneCounter } from '../counter/audit/one-counter.ts';
import { type Counter, drift, isWrong } from '../counter/counter.ts';
import { quotedIfNeeded } from '../counter/definition/counter-id.ts';
import { isOfPresets } from '../counter/definition/counter-nouns.ts';
import { predicateText } from '../counter/definition/predicate-text.ts';
import type { Tables } from '../counter/discovery/tables.ts';
import { isScannable } from '../counter/reading/counters.ts';
import { asWritten } from '../counter/writing/as-written.ts';
import { stopIfInterrupted } from '../errors/errors.ts';
import { readCounterHealth } from '../trigger/defined/read-health.ts';
import { judgeTrigger } from '../trigger/health.ts';
import { type CatalogMemory, catalogsOf } from '../trigger/read-cached-catalog.ts';
import { readTriggerCatalog } from '../trigger/read-catalog.ts';
import { countsAgain, type KeepingNow, keepingNow, whyOff, writersOf } from './catalog-evidence.ts';
import { type Causes, complete, findCauses } from './diagnose.ts';
import type { Diagnosis } from './diagnosis.ts';
import type { Evidence, PresetEvidence } from './evidence.ts';
import { inWordsOf } from './in-words.ts';
import { judgeSums } from './judge-sums.ts';
import { type LastUsedTally, tallyLastUsed } from './last-used.ts';
import { readBeginning } from './read-beginning.ts';
import { chooseAccurate, countInStretches, readEvidence, readEvidenceColumns } from './read-evidence.ts';
import { readMissingIds } from './read-missing-ids.ts';
import { readTableStatistics } from './read-table-statistics.ts';
import { readRetention } from './traces/read-retention.ts';

interface DiagnoseOptions {
  signal?: AbortSignal | undefined;
  /** All records of the table, as counted by an audit; null if there was none. */
  allRecords?: number | null;
  /** Receives the tally of last uses of the accurate presets that were read for comparison. */
  onLastUsed?: (tally: LastUsedTally) => void;
}

// Which words the server needs quoted matters little in a sentence.
const noWords: ReadonlySet<string> = new Set();

// How many records are read for wrong counts, and again for accurate ones. Half as many for a table too large for memory:
// there each record is a visit to the disk, and the whole diagnosis should cost no more than a few audits.
const mostRecords = { small: 20_000, large: 10_000 };
const largeTable = 256 * 1024 * 1024;
const mostOfOne = 5_000;
const mostAccurate = 300;
// Presets with about this many records reveal the most for what reading them costs.
const bestSize = 300;
// How many records of the other presets are counted on the server, which sends only sums. Without an index that has the
// times each record is visited, which costs ten times as much.
const mostCounted = { indexed: 300_000, visited: 30_000 };

/**
 * Finds out why counts are wrong: reads the records of `mismatches` and of some accurate presets, and judges them (see
 * findCauses). If there are too many presets to read, the rest are tested against the rules found in those that were read.
 * Presets that were not examined are missing from the result, and so are those that are right by now.
 */
export async function diagnose(
  database: Database,
  tables: Tables,
  mismatches: readonly Counter[],
  { signal, allRecords = null, onLastUsed }: DiagnoseOptions = {},
): Promise<Map<string, Diagnosis>> {
  const found = new Map<string, Diagnosis>();
  if (mismatches.length === 0 || tables.hiddenBy.length > 0) return found;
  const isPreset = isOfPresets(tables.definition);
  const keeping = isPreset ? null : await readKeeping(database, tables, signal);
  const say = inWordsOf(tables.definition);
  const { doubts = [] } = tables.definition;
  if (tables.records.sums) {
    // Of a count in another table it is not known here whether that has a row for it.
    const missing = tables.presets.missing === null ? false : null;
    const wrong = mismatches.map(counter => ({ ...counter, missing }));
    const begins = await database.read(reader => readBeginning(reader, tables), { signal });
    const judge = judgeSums(wrong, keeping?.triggerOff ?? null, begins);
    const judged = new Map(wrong.map(counter => [counter.id, complete(judge(counter))]));
    return told(withOverlaps(judged, keeping, mismatches), say, doubts);
  }
  const limit = mostRecords[tables.records.bytes > largeTable ? 'large' : 'small'];
  const chosen = withinReach(mismatches, limit);
  const evidence = await database.read(
    reader =>
      gather(reader, tables, mismatches, {
        chosen,
        limit,
        allRecords,
        keeping,
        catalogs: catalogsOf(database),
      }),
    { signal },
  );
  onLastUsed?.(tallyLastUsed(evidence.accurate));
  const causes = await unhurried(findCauses(evidence), signal);
  const unread = new Set(mismatches.map(({ id }) => id));
  for (const preset of evidence.mismatched) {
    if (preset.uses) unread.delete(preset.id);
    const diagnosis = causes.of(preset);
    if (diagnosis && (preset.uses || evidence.untimed || diagnosis.code !== 'unknown'))
      found.set(preset.id, diagnosis);
  }
  const rest = evidence.mismatched.filter(({ id }) => unread.has(id) && !found.has(id));
  for (const preset of await tryRules(database, tables, causes, rest, signal)) {
    const diagnosis = causes.of(preset);
    if (diagnosis && diagnosis.code !== 'unknown') found.set(preset.id, diagnosis);
  }
  return isPreset ? found : told(withOverlaps(found, keeping, mismatches), say, doubts);
}

/** Where nothing else was found, what a trigger loses that counts anew: a few of the newest records. */
function withOverlaps(
  found: ReadonlyMap<string, Diagnosis>,
  keeping: KeepingNow | null,
  mismatches: readonly Counter[],
): ReadonlyMap<string, Diagnosis> {
  const sentence = keeping?.overlaps ?? null;
  if (sentence === null) return found;
  const wrong = new Map(mismatches.map(counter => [counter.id, drift(counter) ?? 0]));
  return new Map(
    Array.from(found, ([id, diagnosis]) => [
      id,
      diagnosis.code === 'unknown' && (wrong.get(id) ?? 0) < 0
        ? { ...diagnosis, evidence: [...diagnosis.evidence, `This may be it: ${sentence}`] }
        : diagnosis,
    ]),
  );
}

/** In the words of the counter, and with what speaks against the counter itself: then the count may be right. */
function told(
  found: ReadonlyMap<string, Diagnosis>,
  say: (sentence: string) => string,
  doubts: readonly string[],
): Map<string, Diagnosis> {
  return new Map(
    Array.from(found, ([id, { evidence, against, next, ...rest }]) => [
      id,
      {
        ...rest,
        evidence: evidence.map(say),
        against: [...against.map(say), ...doubts],
        next: next.map(say),
      },
    ]),
  );
}

/** What counts now, for any other counter than that of presets. Nothing is said where that could not be judged. */
async function readKeeping(
  database: Database,
  { definition }: Tables,
  signal: AbortSignal | undefined,
): Promise<KeepingNow> {
  try {
    return keepingNow((await readCounterHealth(database, definition, signal)).health);
  } catch (error) {
    if (!isOfOneCounter(error)) throw error;
    return { triggerOff: null, countsAgain: [], overlaps: null };
  }
}

// In milliseconds: short enough that the screen does not stutter.
const slice = 15;

/** Runs `steps` to the end, and lets the rest of the process run in between. */
async function unhurried<T>(steps: Generator<void, T>, signal: AbortSignal | undefined): Promise<T> {
  let since = performance.now();
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    if (performance.now() - since < slice) continue;
    await setImmediate();
    stopIfInterrupted(signal);
    since = performance.now();
  }
}

async function gather(
  reader: Reader,
  tables: Tables,
  mismatches: readonly Counter[],
  {
    chosen,
    limit,
    allRecords,
    keeping,
    catalogs,
  }: {
    chosen: readonly string[];
    limit: number;
    allRecords: number | null;
    keeping: KeepingNow | null;
    catalogs: CatalogMemory;
  },
): Promise<Evidence> {
  const columns = await readEvidenceColumns(reader, tables);
  const wrong = mismatches.map(({ id }) => id);
  const areWrong = new Set(wrong);
  // Wrong by less than a JavaScript number can express: then the count is NaN.
  const between = new Set(mismatches.filter(counter => drift(counter) === 0).map(({ id }) => id));
  const exactly = (preset: PresetEvidence): PresetEvidence =>
    between.has(preset.id) ? { ...preset, usageCount: Number.NaN } : preset;
  const right = await chooseAccurate(reader, tables, wrong, {
    most: mostAccurate,
    mostEach: mostOfOne,
    mostRecords: limit,
  });
  const read = await readEvidence(reader, tables, columns, [...chosen, ...right]);
  const readIds = new Set(read.map(({ id }) => id));
  const catalog = await readTriggerCatalog(reader, asWritten(tables), catalogs);
  const findings = keeping ? [] : judgeTrigger(catalog).findings;
  const writers = writersOf(catalog);
  const { statistics, cascades } = await readTableStatistics(reader, tables);
  return {
    mismatched: [
      ...read.filter(({ id }) => areWrong.has(id)).map(exactly),
      ...mismatches
        .filter(({ id }) => !readIds.has(id))
        .map(counter => exactly(unreadEvidence(counter, tables))),
    ],
    accurate: read.filter(({ id, usageCount, records }) => !areWrong.has(id) && usageCount === records),
    ...(keeping ?? { triggerOff: whyOff(findings), countsAgain: countsAgain(findings) }),
    writers: {
      ...writers,
      deleteRecords: [...writers.deleteRecords, ...(await readRetention(reader, tables))],
    },
    begins: await readBeginning(reader, tables),
    // Another count may be written to the same rows.
    statistics: statistics && (keeping === null ? statistics : { ...statistics, presets: null }),
    cascades,
    allRecords,
    ...(tables.definition.record.where
      ? { condition: predicateText(tables.definition.record.where, name => quotedIfNeeded(name, noWords)) }
      : {}),
    untimed: tables.records.time === null,
    missingIds:
      allRecords === null || tables.records.counted !== tables.records.name
        ? null
        : await readMissingIds(reader, tables, allRecords),
  };
}

/** What an audit knows about a preset whose records were not read. */
function unreadEvidence(
  { id, usageCount, records, lastUsedAt }: Counter,
  { presets }: Tables,
): PresetEvidence {
  const missing = presets.missing === null ? {} : { missing: null };
  return {
    id,
    usageCount,
    records: records ?? 0,
    lastUsedAt,
    createdAt: null,
    written: null,
    uses: null,
    ...missing,
  };
}

/** Counts the records each rule applies to in presets that were not read, as long as that costs no more than an audit. */
async function tryRules(
  database: Database,
  tables: Tables,
  { patterns }: Causes,
  rest: readonly PresetEvidence[],
  signal: AbortSignal | undefined,
): Promise<PresetEvidence[]> {
  // Transactions are numbered back from the one that read them, so those numbers are no longer valid.
  const rules = patterns.filter(({ axis, kind }) => axis === 'time' && (kind === null || kind.type !== null));
  if (rules.length === 0 || tables.records.time === null) return [];
  if (!tables.records.indexed && !isScannable(tables)) return [];
  const byIndex = tables.records.timeIndexed === 'preset' && rules.every(({ kind }) => kind === null);
  const within = take(rest, mostCounted[byIndex ? 'indexed' : 'visited']);
  if (within.length === 0) return [];
  const counted = await database.read(
    reader =>
      countInStretches(
        reader,
        tables,
        within.map(({ id }) => id),
        rules.map(({ stretch, kind }) => ({
          from: Number.isFinite(stretch.from) ? stretch.from : null,
          to: Number.isFinite(stretch.to) ? stretch.to : null,
          type: kind?.type ?? null,
        })),
      ),
    { signal },
  );
  return counted.map(({ counts, ...preset }) => ({
    ...preset,
    createdAt: null,
    written: null,
    uses: null,
    counted: new Map(rules.map((rule, index) => [rule, counts[index] ?? 0])),
  }));
}

/** The presets whose records are read: as many as the limit allows, best size first. */
function withinReach(mismatches: readonly Counter[], limit: number): string[] {
  const distance = ({ records }: Counter) => Math.abs(Math.log(((records ?? 0) + 1) / bestSize));
  const ordered = mismatches
    .filter(counter => (counter.records ?? 0) <= mostOfOne && isWrong(counter))
    .sort((a, b) => distance(a) - distance(b));
  return take(ordered, limit).map(({ id }) => id);
}

function take<Preset extends { records: number | null }>(presets: readonly Preset[], most: number): Preset[] {
  let left = most;
  return presets.filter(({ records }) => {
    if ((records ?? 0) > left) return false;
    left -= records ?? 0;
    return true;
  });
}
