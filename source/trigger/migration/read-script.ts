import { readFile } from 'node:fs/promises';
import { sqlDirectory } from '../../config/paths.ts';
import { migrationFile } from '../expected-names.ts';

/** The text of the shipped migration. */
export function readMigrationScript(): Promise<string> {
  return readFile(new URL(`../${migrationFile}`, sqlDirectory), 'utf8');
}

/** The queries with which the script decides what it does about the counting trigger, and about the function for a use. */
interface FitQueries {
  /** One row: `kept` (why the trigger stays, or NULL), `always`, `by_row`, `alone`. */
  counter: string;
  /** One row: `user_of`, an expression of the function's variable `subject`, and `misfit`, NULL if the function is installed. */
  track: string;
}

const query = /^ {2}SELECT \* INTO planned FROM \(\n {2}(WITH [\s\S]*?)\n {2}\) fit;$/gm;

/** Takes them out of the script, so that a plan decides as the script does. Throws if they are not there. */
export function fitQueries(script: string): FitQueries {
  const [counter, track, ...more] = Array.from(script.matchAll(query), ([, text]) => text);
  if (counter === undefined || track === undefined || more.length > 0)
    throw new Error(`${migrationFile} does not decide what fits in two queries`);
  return { counter, track };
}
