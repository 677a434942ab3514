import { type ChildProcess, fork } from 'node:child_process';
import type { Node } from 'libpg-query';
import { compileWasmOnce } from '../../config/optimizer.ts';
import type { ParsedCondition } from '../../counter/definition/parse-predicate.ts';
import { interrupted } from '../../errors/errors.ts';
import type { BodySteps } from '../body/steps.ts';
import { emptyReading, type SqlReading } from '../sql-effects.ts';
import type { Routine } from '../sql-reader.ts';
import type { ParserAnswer, ParserAnswers, ParserRequest, Question } from './parser-messages.ts';

// Run from source it is TypeScript; the build puts it into a separate file next to this one.
const file = new URL(
  import.meta.url.endsWith('.ts') ? './parser-main.ts' : './parser-main.js',
  import.meta.url,
);

const flags = [...compileWasmOnce, '--max-semi-space-size=1', '--v8-pool-size=1'];

/** Milliseconds without a request after which the process ends. */
let patience = 1_000;

type Answer = ParserAnswers[keyof ParserAnswers]['answer'];

interface Waiting {
  question: Question;
  /** What is answered for a text that crashes the parser. */
  crashed(message: string): Answer;
  resolve(answer: Answer): void;
  reject(error: Error): void;
}

let running: ParserProcess | null = null;

/**
 * Reads one or more SQL statements with PostgreSQL's parser. What cannot be parsed is reported as `problem`, and the statements
 * around it are still read. Rejects only if the parser itself cannot be started.
 */
export function readSql(text: string): Promise<SqlReading> {
  return parseApart('text', text, unread);
}

/**
 * Reads the body of a function or procedure from `pg_proc`: PL/pgSQL, SQL, BEGIN ATOMIC. Offsets are those of its source. An
 * unsupported language is a `problem`. Rejects only if the parser itself cannot be started.
 */
export function readBody(routine: Routine): Promise<SqlReading> {
  return parseApart('routine', routine, unread);
}

/** Lets the process stay longer than a second, `milliseconds` after its last request: a run of tests would start it a thousand times. */
export function keepParser(milliseconds: number): void {
  patience = milliseconds;
}

let woken = false;

/**
 * Starts the parser while the server still answers. If it cannot be started, whoever needs it learns that. Once a process: what has
 * been read is remembered, so that later there may be nothing to parse.
 */
export function wakeParser(): void {
  if (woken) return;
  woken = true;
  readSql('').catch(() => {});
}

const unread = (message: string): SqlReading => ({ ...emptyReading(), problem: { message, offset: 0 } });

/** Reads a condition on the columns of one table. Rejects only if the parser itself cannot be started. */
export function readCondition(text: string): Promise<ParsedCondition> {
  return parseApart('condition', text, message => ({ problem: { message, offset: 0 } }));
}

/** Reads the body of a routine step by step. Rejects only if the parser itself cannot be started. */
export function readBodySteps(routine: Routine): Promise<BodySteps> {
  return parseApart('steps', routine, problem => ({
    steps: [],
    variables: [],
    types: {},
    shared: [],
    defaults: [],
    problem,
  }));
}

/** The trees of a text's statements; empty if the parser refuses them. Rejects only if the parser itself cannot be started. */
export function readTreesOf(text: string): Promise<Node[]> {
  return parseApart('trees', text, () => []);
}

/**
 * Lets a separate process parse a text or a body. In this process the parser would keep 20 MB forever, and a text that crashes it
 * would crash the console. The other process ends after a second without requests, and the next request starts it again.
 * Rejects if it cannot be started or never answers; a text that crashes it is a `problem`.
 */
async function parseApart<Kind extends keyof ParserAnswers>(
  kind: Kind,
  given: ParserAnswers[Kind]['given'],
  crashed: (message: string) => ParserAnswers[Kind]['answer'],
): Promise<ParserAnswers[Kind]['answer']> {
  return ask({ kind, given } as Question, crashed);
}

function ask(question: Question, crashed: Waiting['crashed']): Promise<Answer> {
  running ??= new ParserProcess(() => {
    running = null;
  });
  return running.ask(question, crashed);
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
    this.#child.once('exit', (_, signal) => this.#end(this.#fault, signal));
  }

  ask(question: Question, crashed: Waiting['crashed']): Promise<Answer> {
    clearTimeout(this.#idle);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const id = this.#next;
    this.#next += 1;
    this.#waiting.set(id, { question, crashed, resolve, reject });
    this.#hold(true);
    const request: ParserRequest = { id, ...question };
    // If the process has just ended, its exit event reports that; an error here would report it twice.
    this.#child.send(request, () => {});
    return promise;
  }

  #hear(answer: ParserAnswer): void {
    if ('fault' in answer) {
      this.#fault = answer.fault;
      return;
    }
    this.#answered = true;
    this.#waiting.get(answer.id)?.resolve(answer.answer);
    this.#waiting.delete(answer.id);
    if (this.#waiting.size > 0) return;
    this.#hold(false);
    this.#idle = setTimeout(() => this.#leave(), patience).unref();
  }

  /** Does not wait: the process ends when it finds the connection closed. */
  #leave(): void {
    this.#ended();
    if (this.#child.connected) this.#child.disconnect();
  }

  /** Whether the process keeps this program running. */
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
   * The process has ended with open requests. They are answered in order, so the first one crashed it; the others go to a new
   * process. A signal from the terminal reaches it too, and may do so before it can ignore it.
   */
  #end(why: string, signal: NodeJS.Signals | null = null): void {
    this.#ended();
    const [first, ...others] = this.#waiting.values();
    this.#waiting.clear();
    const message = `the parser has ended${why === '' ? '' : `: ${why}`}`;
    if (!first) return;
    if (signal === 'SIGINT' || signal === 'SIGTERM') {
      for (const { reject } of [first, ...others]) reject(interrupted());
      return;
    }
    if (!this.#answered && why === '') {
      for (const { reject } of [first, ...others]) reject(new Error(message));
      return;
    }
    first.resolve(first.crashed(message));
    for (const { question, crashed, resolve, reject } of others) ask(question, crashed).then(resolve, reject);
  }
}
