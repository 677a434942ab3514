import { stopIfInterrupted } from '../errors/errors.ts';
import { type ReportedFinding, reportCode, reportSql, sortByLocation, unparsedSql } from './assemble.ts';
import { candidatesOf, firstWords } from './candidates/candidates.ts';
import { Reach } from './candidates/reach.ts';
import { hasWriteWords } from './candidates/write-words.ts';
import { statementAround } from './code/follow/lookup.ts';
import { Project } from './code/follow/project.ts';
import type { CodeModule } from './code/parse/code-module.ts';
import { loadCodeParser } from './code/parse/parse-code.ts';
import { readCode, recordBeside } from './code/read-code.ts';
import { type CodeSql, sqlTextsOf } from './code/read-sql-texts.ts';
import { type FileKind, isRead, isTest, isTypes } from './files/file-kind.ts';
import { type FoundFiles, findFiles } from './files/find-files.ts';
import { openDirectory } from './files/open-directory.ts';
import { readSources } from './files/read-source.ts';
import { TextsOfFiles } from './files/texts-of-files.ts';
import type { CodeLocation, NotRead, ScanReport, Skipped, Unparsed } from './finding.ts';
import { isKeeper, Names, namesBesides, soundsLikeCounting } from './names.ts';
import { placeAt } from './place.ts';
import { readScripts } from './shell/read-scripts.ts';
import { judgeSql, type SqlFound } from './sql/judge-sql.ts';
import { fillsPresets } from './sql/plain-sql.ts';
import type { SqlUnit } from './sql/sql-unit.ts';
import { unitOfCode, unitOfFile } from './sql/sql-units.ts';
import { type ScanSubject, scanningFor, withNames } from './subject.ts';

/** How a directory is scanned. */
interface ScanOptions {
  /** Files of code to skip, with the reason for each. */
  broken?: Readonly<Record<string, string>>;
  /** The counters to scan for; null is that of presets, which alone is scanned for if left out. */
  subjects?: readonly (ScanSubject | null)[];
  /** Called with the file before code is read or followed, which may take long, and with null after that. */
  reading?: (file: string | null) => void;
  /** Called with how many of all files that may write the count were parsed. */
  parsed?: (done: number, total: number) => void;
  signal?: AbortSignal | undefined;
}

/**
 * Reads the application's source below `directory` and finds what writes the count in addition to the trigger. Rejects
 * with a usage error (exit code 2) if the directory cannot be read. Files that cannot be read are listed in the report.
 */
export async function scanDirectory(directory: string, options: ScanOptions = {}): Promise<ScanReport> {
  const start = performance.now();
  await openDirectory(directory);
  const found = await findFiles(directory, options.signal);
  const { files, skipped } = found;
  const wanted = files.filter(file => !isTest(file));
  const sources = await readSources(directory, wanted, firstWords(options.subjects), options.signal);
  const texts = new TextsOfFiles();
  const byKind = new Map<FileKind, TextsOfFiles>();
  const languages = new Map<string, number>();
  for (const source of sources) {
    if ('reason' in source) {
      skipped.push(source);
      continue;
    }
    if ('language' in source) {
      languages.set(source.language, (languages.get(source.language) ?? 0) + 1);
      continue;
    }
    if (source.kind !== 'config') texts.add(source);
    const kind = source.kind === 'component' ? 'code' : source.kind;
    byKind.set(kind, (byKind.get(kind) ?? new TextsOfFiles()).add(source));
  }
  const read = mergeFound(await readEach(texts, byKind, options));
  return {
    directory,
    files: texts.size,
    ignored: files.length - wanted.length,
    ...read,
    skipped: skipped.toSorted((a: Skipped, b: Skipped) => (a.file < b.file ? -1 : 1)),
    notRead: countNotRead(found, wanted, sources, languages),
    durationMs: Math.round(performance.now() - start),
  };
}

/** Counts what was not read by its reason; reasons without files are left out. */
function countNotRead(
  { files, ignored, more, installed, skipped }: FoundFiles,
  wanted: readonly string[],
  sources: readonly { file: string }[],
  languages: ReadonlyMap<string, number>,
): NotRead[] {
  const about = { language: null, code: 0, more: false };
  const code = ignored.filter(file => isRead(file)).length;
  const types = wanted.filter(file => isTypes(file)).length;
  const all: NotRead[] = [
    ...[...languages]
      .toSorted(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
      .map(([language, number]): NotRead => ({ ...about, reason: 'language', language, files: number })),
    { ...about, reason: 'ignored', files: ignored.length, code, more },
    { ...about, reason: 'test', files: files.length - wanted.length },
    { ...about, reason: 'installed', files: installed.length },
    { ...about, reason: 'types', files: types },
    { ...about, reason: 'skipped', files: skipped.length },
    { ...about, reason: 'other', files: wanted.length - sources.length - types },
  ];
  return all.filter(each => each.files > 0);
}

type Found = Pick<ScanReport, 'writes' | 'notes' | 'unparsed'>;

/** The code, which is parsed and followed once for all counters. */
interface Code {
  project: Project;
  reach: Reach;
  /** Whether a file may write anything, itself or by what it imports. */
  mayWrite: (file: string) => boolean;
}

function codeOf(
  byKind: ReadonlyMap<FileKind, TextsOfFiles>,
  { broken = {}, reading = () => {} }: ScanOptions,
): Code {
  const of = (kind: FileKind) => byKind.get(kind) ?? new TextsOfFiles();
  const project = new Project(of('code'), { broken, reading, configs: new Map(of('config')) });
  const reach = new Reach(of('code'), project.fileOf);
  return { project, reach, mayWrite: reach.has(hasWriteWords) };
}

/** What is found for each counter, one after another. */
async function readEach(
  texts: TextsOfFiles,
  byKind: ReadonlyMap<FileKind, TextsOfFiles>,
  { subjects = [null], ...options }: ScanOptions,
): Promise<Found[]> {
  const found: Found[] = [];
  const code = codeOf(byKind, options);
  for (const subject of subjects) {
    const one = await scanningFor(subject, () => readAll(texts, byKind, code, options));
    const of = subject?.counter ? { counter: subject.counter } : {};
    found.push({
      writes: one.writes.map(write => ({ ...write, ...of })),
      notes: one.notes.map(note => ({ ...note, ...of })),
      unparsed: one.unparsed,
    });
  }
  return found;
}

/** A place may write several counters; what could not be read is told once. */
function mergeFound(found: readonly Found[]): Found {
  const [first, ...others] = found;
  if (first && others.length === 0) return first;
  return {
    writes: byPlace(found.flatMap(({ writes }) => writes)),
    notes: byPlace(found.flatMap(({ notes }) => notes)),
    unparsed: sortByLocation(found.flatMap(({ unparsed }) => unparsed)),
  };
}

function byPlace<T extends CodeLocation>(list: readonly T[]): T[] {
  return list.toSorted((a, b) =>
    a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line || a.column - b.column,
  );
}

async function readAll(
  texts: TextsOfFiles,
  byKind: ReadonlyMap<FileKind, TextsOfFiles>,
  { project, reach, mayWrite }: Code,
  { signal, reading = () => {}, parsed = () => {} }: ScanOptions,
): Promise<Pick<ScanReport, 'writes' | 'notes' | 'unparsed'>> {
  const of = (kind: FileKind) => byKind.get(kind) ?? new TextsOfFiles();
  const reported: ReportedFinding[] = [];
  const unparsed: Unparsed[] = [];

  const sqlUnits = await Promise.all(
    [...of('sql')].flatMap(([file, text]) => (namesUse(text) ? [unitOfFile(file, text)] : [])),
  );
  stopIfInterrupted(signal);
  const inFiles = judgeSql(sqlUnits);

  const { aliases, naming } = candidatesOf(of('code'), [...of('prisma')], inFiles.counting);
  project.follower.names = new Names(aliases);
  if (naming.length > 0) await loadCodeParser();
  const only = new Set(naming.filter(file => !mayWrite(file)));
  const modules: CodeModule[] = [];
  for (const [index, file] of naming.entries()) {
    await breathe();
    stopIfInterrupted(signal);
    parsed(index, naming.length);
    const module = only.has(file) ? project.check(file) : project.module(file);
    if (module) modules.push(module);
  }
  parsed(naming.length, naming.length);
  const codeTexts = modules.flatMap(module =>
    project.read(module, () => sqlTextsOf(module, project.follower, inFiles.counting), []),
  );
  reading(null);
  const codeUnits = new Map(
    await Promise.all(
      codeTexts.map(async (each): Promise<[SqlUnit, CodeSql]> => [await unitOfCode(each), each]),
    ),
  );
  stopIfInterrupted(signal);
  const scripts = await readScripts([...of('shell')]);
  const judged = judgeSql([...sqlUnits, ...codeUnits.keys(), ...scripts.units]);

  const defined = (routine: string) => judged.counting.has(routine);
  const counts = (routine: string) =>
    defined(routine) || (!judged.defined.has(routine) && !isKeeper(routine) && soundsLikeCounting(routine));
  const calling = (names: readonly string[]) => {
    const calls = [...only].filter(reach.has(text => names.some(name => text.includes(name))));
    for (const file of calls) only.delete(file);
    return calls.flatMap(file => project.module(file) ?? []);
  };
  const code = readCode(modules, { follower: project.follower, counts, defined }, project, calling);
  reading(null);
  const records = [...code.records, ...judged.records.flatMap(({ unit }) => codeUnits.get(unit) ?? [])];
  for (const found of code.found) {
    const text = texts.get(found.module.file) ?? '';
    reported.push(
      ...[reportCode(found, text, recordBeside(found, records, project))].filter(each => each !== null),
    );
  }
  for (const found of judged.found) {
    const text = texts.get(found.unit.file) ?? '';
    const place = codeUnits.get(found.unit);
    const recordAt = place ? recordBeside(place, records, project) : null;
    const record = recordAt === null ? null : placeAt(found.unit.file, text, recordAt).line;
    reported.push(reportSql(found, text, shown(found, place, text), record));
  }
  reported.push(...scripts.requests(counts));

  for (const unit of [...sqlUnits, ...codeUnits.keys(), ...scripts.units]) {
    const problem = unparsedSql(unit, texts.get(unit.file) ?? '');
    if (problem && (unit.in === 'file' || mayChange(unit.text))) unparsed.push(problem);
  }
  for (const [file, { message, offset }] of project.problems) {
    unparsed.push({ ...placeAt(file, texts.get(file) ?? '', offset), message });
  }
  for (const { file, message, offset } of project.markup) {
    unparsed.push({ ...placeAt(file, texts.get(file) ?? '', offset), message });
  }
  return {
    writes: sortByLocation(reported.flatMap(each => ('write' in each ? [each.write] : []))),
    notes: sortByLocation(reported.flatMap(each => ('note' in each ? [each.note] : []))),
    unparsed: sortByLocation(unparsed),
  };
}

// Parsing blocks the thread; between files, keys and interrupts are handled.
const breathe = () => new Promise(resolve => setImmediate(resolve));

const mayChange = (text: string) =>
  countNamed().test(text) && /\b(update|merge|create|alter|insert)\b/i.test(text);

const namesUse = (text: string) =>
  useNamed().test(text) || fillsPresets(text) || tracks().test(text) || namesBesides(text);

/** What a finding shows: the statement of the code that holds the SQL, else the SQL. */
function shown({ text }: SqlFound, place: CodeSql | undefined, fileText: string): string {
  if (!place) return text;
  const { start, end } = statementAround(place.node);
  return fileText.slice(start, end);
}

const tracks = withNames(({ track }) => new RegExp(track));
const countNamed = withNames(({ column }) => new RegExp(column, 'i'));
const useNamed = withNames(({ column, records }) => new RegExp(`${column}|${records}`, 'i'));
