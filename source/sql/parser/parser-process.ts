import { type ChildProcess, fork } from 'node:child_process';
import { emptyReading, type SqlReading } from '../sql-effects.ts';
import type { Routine } from '../sql-reader.ts';
import type { ParserAnswer, ParserRequest } from './parser-messages.ts';

// From source it is TypeScript; bundled it is a file of its own beside this one.
const file = new URL(
  import.meta.url.endsWith('.ts') ? './parser-main.ts' : './parser-main.js',
  import.meta.url,
);

// V8 would compile the parser's largest function anew once it is warm, in the background: a second, and 500 MB for that time.
const flags = ['--liftoff-only', '--max-semi-space-size=1', '--v8-pool-size=1'];

/** Milliseconds without a question after which the process ends. */
const patience = 1_000;

type Question = { text: string } | { routine: Routine };

interface Waiting {
  question: Question;
  resolve(reading: SqlReading): void;
  reject(error: Error): void;
}

let running: ParserProcess | null = null;

/**
 * Reads a text of SQL, of one or more statements, with PostgreSQL's parser. What cannot be parsed is named as `problem`,
 * and the statements around it are read too. It rejects only where the parser itself cannot be started.
 */
export function readSql(text: string): Promise<SqlReading> {
  return parseApart({ text });
}

/**
 * Reads the body of a function or procedure as `pg_proc` has it: PL/pgSQL, SQL, BEGIN ATOMIC. Offsets are those of its
 * source. A language that is not read is a `problem`; it rejects only where the parser itself cannot be started.
 */
export function readBody(routine: Routine): Promise<SqlReading> {
  return parseApart({ routine });
}

/**
 * Has a process of its own parse a text or a body. Loaded into this one, the parser would keep 20 MB for good, and a text
 * that breaks it would break the console; this one ends when nobody has asked for a second, and is started again by the
 * next question. Rejects where it cannot be started or does not answer at all; a text that it fails on is a `problem`.
 */
function parseApart(question: Question): Promise<SqlReading> {
  running ??= new ParserProcess(() => {
    running = null;
  });
  return running.ask(question);
}

class ParserProcess {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, Waiting>();
  readonly #ended: () => void;
  #next = 0;
  #answered = false;
  #fault = '';
  #idle: NodeJS.Timeout | undefined;

  constructor(ended: () => void) {
    this.#ended = ended;
    this.#child = fork(file, { execArgv: flags, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.#child.on('message', (answer: ParserAnswer) => this.#hear(answer));
    this.#child.once('error', error => this.#end(error.message));
    this.#child.once('exit', () => this.#end(this.#fault));
  }

  ask(question: Question): Promise<SqlReading> {
    clearTimeout(this.#idle);
    const { promise, resolve, reject } = Promise.withResolvers<SqlReading>();
    const id = this.#next;
    this.#next += 1;
    this.#waiting.set(id, { question, resolve, reject });
    this.#hold(true);
    const request: ParserRequest = { id, ...question };
    // A process that has just ended tells so by its exit; the error here would be a second one.
    this.#child.send(request, () => {});
    return promise;
  }

  #hear(answer: ParserAnswer): void {
    if ('fault' in answer) {
      this.#fault = answer.fault;
      return;
    }
    this.#answered = true;
    this.#waiting.get(answer.id)?.resolve(answer.reading);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size > 0) return;
    this.#hold(false);
    this.#idle = setTimeout(() => this.#leave(), patience).unref();
  }

  /** Nobody waits for it: it ends when it finds the connection closed. */
  #leave(): void {
    this.#ended();
    if (this.#child.connected) this.#child.disconnect();
  }

  /** Whether this program stays for its sake. */
  #hold(stay: boolean): void {
    if (stay) {
      this.#child.ref();
      this.#child.channel?.ref();
    } else {
      this.#child.unref();
      this.#child.channel?.unref();
    }
  }

  /**
   * It has ended with questions open. Questions are answered in turn, so the first is the one that it broke on; the others
   * go to another process.
   */
  #end(why: string): void {
    this.#ended();
    const [first, ...others] = this.#waiting.values();
    this.#waiting.clear();
    const message = `the parser has ended${why === '' ? '' : `: ${why}`}`;
    if (!first) return;
    if (!this.#answered && why === '') {
      for (const { reject } of [first, ...others]) reject(new Error(message));
      return;
    }
    first.resolve({ ...emptyReading(), problem: { message, offset: 0 } });
    for (const { question, resolve, reject } of others) parseApart(question).then(resolve, reject);
  }
}
