// Replaces Ink's output in the bundle: see build.ts. Ink tokenizes every line and makes an object of every cell for every frame,
// which took two thirds of the time from a key to its frame. Here lines that were on the last frame are taken from it.
import InkOutput from '../node_modules/ink/build/output.js';
import { plainWidth } from './ink-plain-row.ts';

type Clip = Parameters<InkOutput['clip']>[0];
type Transformers = Parameters<InkOutput['write']>[3]['transformers'];

/** A text and where it goes; `last` is its last row. */
interface Write {
  x: number;
  y: number;
  last: number;
  text: string;
  transformers: Transformers;
  clip: Clip | undefined;
}

/** Consecutive rows that one text or more run through, and no other text of the frame. */
interface Band {
  first: number;
  last: number;
  writes: Write[];
}

// What a transformer does depends on its text and line alone, so the same one gives the same result.
const numbers = new WeakMap<Transformers[number], number>();
let transformers = 0;
const numberOf = (transformer: Transformers[number]) => {
  const known = numbers.get(transformer);
  if (known !== undefined) return known;
  transformers += 1;
  numbers.set(transformer, transformers);
  return transformers;
};

let lastFrame = new Map<string, string[]>();

/** Draws like Ink's output, and remembers the lines of the last frame. */
export default class Output {
  readonly width: number;
  readonly height: number;
  readonly #writes: Write[] = [];
  readonly #clips: Clip[] = [];

  constructor({ width, height }: { width: number; height: number }) {
    this.width = width;
    this.height = height;
  }

  write(x: number, y: number, text: string, options: { transformers: Transformers }): void {
    if (text === '') return;
    const clip = this.#clips.at(-1);
    const last = y + text.split('\n').length - 1;
    this.#writes.push({ x, y, last, text, transformers: options.transformers, clip });
  }

  clip(clip: Clip): void {
    const outer = this.#clips.at(-1);
    this.#clips.push(outer ? intersection(outer, clip) : clip);
  }

  unclip(): void {
    this.#clips.pop();
  }

  get(): { output: string; height: number } {
    const frame = new Map<string, string[]>();
    const lines: string[] = Array.from({ length: this.height }, () => '');
    for (const band of this.#bands()) {
      const key = this.#keyOf(band);
      const drawn = frame.get(key) ?? lastFrame.get(key) ?? this.#plainRow(band) ?? this.#draw(band);
      frame.set(key, drawn);
      for (const [index, line] of drawn.entries()) lines[band.first + index] = line;
    }
    lastFrame = frame;
    return { output: lines.join('\n'), height: this.height };
  }

  #bands(): Band[] {
    const bands: Band[] = [];
    const inOrder = this.#writes
      .map((write, order) => ({ write, order, first: Math.max(write.y, 0, rowsOf(write.clip)?.y1 ?? 0) }))
      .sort((a, b) => a.first - b.first || a.order - b.order);
    const orders = new Map<Write, number>();
    for (const { write, order, first } of inOrder) {
      const last = Math.min(write.last, this.height - 1, (rowsOf(write.clip)?.y2 ?? this.height) - 1);
      if (last < first) continue;
      orders.set(write, order);
      const band = bands.at(-1);
      if (band && first <= band.last) {
        band.last = Math.max(band.last, last);
        band.writes.push(write);
      } else bands.push({ first, last, writes: [write] });
    }
    // What is written later covers what was written before.
    for (const { writes } of bands) writes.sort((a, b) => (orders.get(a) ?? 0) - (orders.get(b) ?? 0));
    return bands;
  }

  #keyOf({ first, last, writes }: Band): string {
    const parts = writes.map(({ x, y, text, transformers, clip }) => [
      x,
      y - first,
      clip?.x1,
      clip?.x2,
      transformers.map(numberOf),
      text,
    ]);
    return JSON.stringify([this.width, last - first, parts]);
  }

  /** The row of a band of texts that lie whole beside each other; null for any other. */
  #plainRow({ first, last, writes }: Band): string[] | null {
    if (first !== last) return null;
    let row = '';
    let end = 0;
    for (const { x, text, transformers, clip } of writes) {
      const width = text.includes('\n') ? undefined : plainWidth(text);
      if (width === undefined || x < end || x + width > this.width) return null;
      if (clip && ((clip.x1 ?? x) > x || (clip.x2 ?? this.width) < x + width)) return null;
      // Where one styled text touches another, Ink joins their styles.
      if (x === end && x > 0 && row.endsWith('m')) return null;
      let line = text;
      for (const transform of transformers) line = transform(line, 0);
      if (line !== text && plainWidth(line) !== width) return null;
      row += ' '.repeat(x - end) + line;
      end = x + width;
    }
    return [row.trimEnd()];
  }

  #draw({ first, last, writes }: Band): string[] {
    const output = new InkOutput({ width: this.width, height: last - first + 1 });
    for (const { x, y, text, transformers, clip } of writes) {
      // Rows outside of the clip are in no band, unless another text runs through them.
      if (clip) output.clip({ ...clip, y1: below(clip.y1, first), y2: below(clip.y2, first) });
      output.write(x, y - first, text, { transformers });
      if (clip) output.unclip();
    }
    return output.get().output.split('\n');
  }
}

/** The rows of a clip; Ink clips only between two bounds. */
function rowsOf(clip: Clip | undefined): { y1: number; y2: number } | undefined {
  return clip?.y1 === undefined || clip.y2 === undefined ? undefined : { y1: clip.y1, y2: clip.y2 };
}

function below(bound: number | undefined, first: number): number | undefined {
  return bound === undefined ? undefined : bound - first;
}

function intersection(outer: Clip, inner: Clip): Clip {
  return {
    x1: tighter(outer.x1, inner.x1, Math.max),
    x2: tighter(outer.x2, inner.x2, Math.min),
    y1: tighter(outer.y1, inner.y1, Math.max),
    y2: tighter(outer.y2, inner.y2, Math.min),
  };
}

function tighter(
  a: number | undefined,
  b: number | undefined,
  which: (...bounds: number[]) => number,
): number | undefined {
  return a === undefined ? b : b === undefined ? a : which(a, b);
}
