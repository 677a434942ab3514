import type { Problems } from '../problems.ts';
import { CsvReader, detectCsv } from './csv.ts';
import { isJournalExport, JournalReader } from './journal-export.ts';
import { isJsonDocument, JsonValuesReader } from './json-values.ts';
import { isYamlEntries, YamlEntriesReader } from './yaml-entries.ts';

interface Reader {
  take(line: string): void;
  end(): void;
}

/** The format of a file is told from so many lines at most. */
const firstLines = 20;

/** Reads one file: tells its format from its first lines, then takes its lines or its records. */
export class Entries {
  readonly #problems: Problems;
  #reader: Reader | null = null;
  #waiting: string[] = [];

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  take(line: string): void {
    if (this.#reader) {
      this.#reader.take(line);
      return;
    }
    this.#waiting.push(line);
    if (this.#waiting.length === firstLines) this.#begin();
  }

  end(): void {
    this.#begin().end();
  }

  #begin(): Reader {
    this.#reader ??= readerFor(this.#waiting, this.#problems);
    for (const line of this.#waiting) this.#reader.take(line);
    this.#waiting = [];
    return this.#reader;
  }
}

function readerFor(lines: readonly string[], problems: Problems): Reader {
  if (isJsonDocument(lines)) return new JsonValuesReader(problems);
  if (isJournalExport(lines)) return new JournalReader(problems);
  if (isYamlEntries(lines)) return new YamlEntriesReader(problems);
  const csv = detectCsv(lines);
  if (csv) return new CsvReader(csv, problems);
  return {
    // A carriage return alone ends the lines of old programs and of progress bars.
    take: line => {
      for (const part of line.includes('\r') ? line.split('\r') : [line]) problems.take(part);
    },
    end: () => {},
  };
}
