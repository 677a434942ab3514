// Replaces Ink's output in the bundle: see build.ts. Ink tokenizes every line and makes an object of every cell for every frame,
// which took two thirds of the time from a key to its frame. Here lines that were on the last frame are taken from it.
import InkOutput from '../node_modules/ink/build/output.js';
import { plainWidth } from './ink-plain-row.ts';

type Clip = Parameters<InkOutput['clip']>[0];
type Transformers = Parameters<InkOutput['write']>[3]['transformers'];

/** A text and where it goes; `last` is its last row, and `styled` the text as its transformers make it. */
interface Write {
  x: number;
  y: number;
  last: number;
  text: string;
  styled: string;
  transformers: Transformers;
  clip: Clip | undefined;
}

/** Consecutive rows that one text or more run through, and no other text of the frame. */
interface Band {
  first: number;
  last: number;
  writes: Write[];
}

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
    const lines = text.split('\n');
    const { transformers } = options;
    this.#writes.push({
      x,
      y,
      last: y + lines.length - 1,
      text,
      styled: lines.map((line, index) => styledBy(transformers, line, index)).join('\n'),
      transformers,
      clip,
    });
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
      for (let index = 0; index < drawn.length; index += 1) lines[band.first + index] = drawn[index] ?? '';
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

  /**
   * What a band is drawn from. Every text that is made again has other functions as transformers, and they do the same if what they make
   * of it is the same.
   */
  #keyOf({ first, last, writes }: Band): string {
    let key = `${this.width} ${last - first}`;
    for (const { x, y, text, styled, clip } of writes) {
      key += ` ${x} ${y - first} ${clip?.x1} ${clip?.x2} ${text.length} ${styled.length} ${text}`;
      if (styled !== text) key += styled;
    }
    return key;
  }

  /** The row of a band of texts that lie whole beside each other; null for any other. */
  #plainRow({ first, last, writes }: Band): string[] | null {
    if (first !== last) return null;
    let row = '';
    let end = 0;
    for (const { x, text, styled, clip } of writes) {
      const width = text.includes('\n') ? undefined : plainWidth(text);
      if (width === undefined || x < end || x + width > this.width) return null;
      if (clip && ((clip.x1 ?? x) > x || (clip.x2 ?? this.width) < x + width)) return null;
      // Where one styled text touches another, Ink joins their styles.
      if (x === end && x > 0 && row.endsWith('m')) return null;
      if (styled !== text && plainWidth(styled) !== width) return null;
      row += ' '.repeat(x - end) + styled;
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

function styledBy(transformers: Transformers, line: string, index: number): string {
  let styled = line;
  for (const transform of transformers) styled = transform(styled, index);
  return styled;
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
