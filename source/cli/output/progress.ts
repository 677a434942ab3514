import type { Config } from '../../config/config.ts';
import { count, span } from '../../format/numbers.ts';

/** How far a stage is: so many of all, and what is counted, in the plural. */
export interface HowFar {
  done: number;
  total: number;
  what: string;
  /** What else there is to say, as the end of the line. */
  more?: string;
}

/** Says what a command is doing now, and how far it is if that is known. */
export type Progress = (stage: string, howFar?: HowFar) => void;

interface Output {
  write(text: string): unknown;
  columns?: number | undefined;
}

// In milliseconds. What is shorter needs no progress, and a line that changes more often cannot be read.
const patience = 1_000;
const pause = 100;
const erase = '\r\u001b[K';

/** One line that is drawn over itself, once a command has taken a second. */
export class ProgressLine {
  readonly #out: Output;
  readonly #clock: () => number;
  #timer: NodeJS.Timeout | undefined;
  #stage = '';
  #howFar: HowFar | undefined;
  #since = 0;
  #stageSince = 0;
  #drawnAt = Number.NEGATIVE_INFINITY;
  #isShown = false;

  /** `clock` is in milliseconds. */
  constructor(out: Output, clock: () => number = () => performance.now()) {
    this.#out = out;
    this.#clock = clock;
  }

  at(stage: string, howFar?: HowFar): void {
    const now = this.#clock();
    if (this.#stage === '') this.#since = now;
    // The next of several counters begins from the start.
    if (stage !== this.#stage || (howFar?.done ?? 0) < (this.#howFar?.done ?? 0)) this.#stageSince = now;
    this.#stage = stage;
    this.#howFar = howFar;
    // So that the line also comes, and its time goes on, while nothing is said.
    this.#timer ??= setInterval(() => this.draw(), patience).unref();
    if (now - this.#drawnAt >= pause) this.draw();
  }

  /** Draws the line again, if it is time for one. */
  draw(): void {
    const now = this.#clock();
    if (this.#stage === '' || now - this.#since < patience) return;
    this.#drawnAt = now;
    this.#isShown = true;
    // A line that wraps could not be erased. A terminal that does not say how wide it is says 0.
    const width = (this.#out.columns || 80) - 1;
    this.#out.write(erase + textOf(this.#stage, this.#howFar, now - this.#stageSince).slice(0, width));
  }

  /** Erases the line, until something is said again. */
  clear(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#stage = '';
    this.#howFar = undefined;
    if (this.#isShown) this.#out.write(erase);
    this.#isShown = false;
  }
}

function textOf(stage: string, howFar: HowFar | undefined, elapsed: number): string {
  if (!howFar || howFar.total <= 0) return `${stage}, ${span(elapsed)}`;
  const { done, total, what, more } = howFar;
  const rate = elapsed >= patience ? (done / elapsed) * 1_000 : 0;
  return [
    `${stage}: ${count(done)} of ${count(total)} ${what}`,
    ...(rate >= 1 ? [`${count(Math.round(rate))}/s`] : []),
    ...(rate > 0 && done < total ? [`about ${span(((total - done) / rate) * 1_000)} left`] : []),
    ...(more === undefined ? [] : [more]),
  ].join(', ');
}

const line = new ProgressLine(process.stderr);

/** Shows the progress of a command on standard error, where a person is watching. */
export function progressOf({ json, quiet }: Config): Progress {
  const isWatched = !json && !quiet && process.stderr.isTTY && process.env.TERM !== 'dumb';
  return isWatched ? (stage, howFar) => line.at(stage, howFar) : () => {};
}

/** Removes the line of progress. */
export function clearProgress(): void {
  line.clear();
}

/** Prints a line on standard error for each step of a checklist, unless the output is JSON or --quiet asks for none. */
export function stepProgress({ json, quiet }: Config): (line: string) => void {
  return line => {
    if (!json && !quiet) process.stderr.write(`${line}\n`);
  };
}

/** Prints what a person should read before they are asked. */
export function say(text: string): void {
  clearProgress();
  process.stderr.write(`${text}\n`);
}
