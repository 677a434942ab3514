import { styledCharsFromTokens, styledCharsToString, tokenize } from '@alcalzone/ansi-tokenize';
import { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import InkOutput from '../../node_modules/ink/build/output.js';
import sanitizeAnsi from '../../node_modules/ink/build/sanitize-ansi.js';
import logUpdate, { findScroll, scrolled } from '../../scripts/ink-log-update.ts';
import Output from '../../scripts/ink-output.ts';
import { plainWidth } from '../../scripts/ink-plain-row.ts';
import sanitized from '../../scripts/ink-sanitize-ansi.ts';

// The bundle has these in the place of Ink's own, so they have to draw the same.
type Drawing = Pick<InkOutput, 'write' | 'clip' | 'unclip'>;

const words = fc.constantFrom(
  'plain',
  'ein längerer Text – ✓',
  '\u001b[7minverse \u001b[32mgreen\u001b[39m\u001b[27m end',
  '\u001b[32mgreen\u001b[39m',
  '\u001b[1mbold',
  '中文 wide',
  'two\nlines',
  '\u001b[31mred over\nthree\nlines\u001b[39m',
  '   ',
  'trailing   ',
  'e\u0301 👍 \u200b',
  'x'.repeat(40),
);
const transformers = [
  (text: string) => text,
  (text: string, line: number) => `\u001b[2m${line}${text}\u001b[22m`,
  (text: string) => text.toUpperCase(),
];
const place = fc.integer({ min: -4, max: 26 });
const bound = fc.option(fc.integer({ min: -2, max: 26 }), { nil: undefined });
const write = fc.record({
  x: place,
  y: place,
  text: words,
  transformers: fc.subarray(transformers),
});
const clip = fc.record({ x1: bound, x2: bound, y1: bound, y2: bound });
const step = fc.oneof(write, write, write, clip, fc.constant('unclip' as const));
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function draw(on: Drawing, steps: readonly Step[]): void {
  let open = 0;
  for (const each of steps) {
    if (each === 'unclip') {
      if (open > 0) on.unclip();
      open = Math.max(0, open - 1);
    } else if ('text' in each) on.write(each.x, each.y, each.text, { transformers: each.transformers });
    else {
      on.clip(each);
      open += 1;
    }
  }
}

describe('the output in place of that of Ink', () => {
  // In the one row of the second, texts often touch.
  test.each([20, 1])('draws the same lines in %i rows, from whatever the last frame was', height => {
    const rows = place.map(y => (height === 1 ? 0 : y));
    const steps = fc.oneof(
      fc.tuple(write, rows).map(([each, y]) => ({ ...each, y })),
      step,
    );
    fc.assert(
      fc.property(fc.array(fc.array(steps, { maxLength: 12 }), { maxLength: 4 }), frames => {
        for (const steps of frames) {
          const size = { width: 24, height };
          const [theirs, ours] = [new InkOutput(size), new Output(size)];
          draw(theirs, steps);
          draw(ours, steps);
          expect(ours.get()).toEqual(theirs.get());
        }
      }),
      {
        numRuns: 200,
        // Of styled texts that touch, which are rarely made up.
        examples: [[[[0, 5].map(x => ({ x, y: 0, text: '\u001b[32mgreen\u001b[39m', transformers: [] }))]]],
      },
    );
  });
});

describe('a line that is written as it is', () => {
  const styles = [1, 2, 4, 7, 31, 32, 42].map(code => ({
    open: `\u001b[${code}m`,
    close: `\u001b[${code < 3 ? 22 : code < 10 ? code + 20 : code < 40 ? 39 : 49}m`,
  }));
  const text = fc.constantFrom(
    '',
    ' ',
    'a',
    'ab ',
    '●',
    '中',
    '\u001b[22m',
    '\u001b[31m',
    '\u001b[1;4m',
    '\u001b[0m',
  );
  const { line } = fc.letrec<{ line: string; part: string; styled: string }>(tie => ({
    line: fc.array(tie('part'), { maxLength: 4 }).map(parts => parts.join('')),
    part: fc.oneof({ depthSize: 'small' }, { arbitrary: text, weight: 2 }, tie('styled')),
    styled: fc
      .tuple(fc.constantFrom(...styles), tie('line'))
      .map(([{ open, close }, inner]) => open + inner + close),
  }));

  test('is one that Ink would write the same, and is as wide as it says', () => {
    let found = 0;
    const check = (line: string) => {
      const width = plainWidth(line);
      if (width === undefined) return;
      found += 1;
      const cells = styledCharsFromTokens(tokenize(line));
      expect([styledCharsToString(cells), cells.length]).toEqual([line, width]);
    };
    fc.assert(fc.property(line, check), { numRuns: 2_000 });
    expect(found).toBeGreaterThan(200);
    // Of styles that touch, which are rarely made up.
    for (const a of styles) for (const b of styles) check(`${a.open}a${a.close}${b.open}b${b.close}`);
    const [bold, dim, , inverse] = styles as [(typeof styles)[0], ...typeof styles];
    const row = `${inverse?.open}a ${dim?.open}b${dim?.close}${bold.open}c${bold.close}${inverse?.close}`;
    expect(plainWidth(row)).toBe(4);
  });

  test('loses what moves the cursor, whenever it is drawn', () => {
    const parts = fc.constantFrom('a', 'ä\u0301', '\u001b[1m', '\u001b[38:5:1m', '\u001b[2J', '\u0007', '\n');
    fc.assert(
      fc.property(fc.array(parts), some => {
        const text = some.join('');
        for (const _ of [1, 2]) expect(sanitized(text)).toBe(sanitizeAnsi(text));
      }),
    );
  });
});

describe('the writing of frames in place of that of Ink', () => {
  const size = { columns: 60, rows: 20 };
  const list = (top: number, cursor: number, changed: number | null = null) => [
    'header',
    `of ${cursor}`,
    ...Array.from({ length: size.rows - 3 }, (_, row) => {
      const text = `row ${top + row} of a list with lines that are wider`;
      const line = row === changed ? `${text} changed` : text;
      return top + row === cursor ? `\u001b[7m${line}\u001b[27m` : line;
    }),
    `footer ${cursor}`,
  ];

  /** Writes the frames and returns what the terminal shows at the end, and the bytes of each frame. */
  async function write(frames: readonly (readonly string[])[]) {
    const terminal = new Terminal({
      cols: size.columns,
      rows: size.rows,
      allowProposedApi: true,
      convertEol: true,
    });
    // The alternate screen, which keeps nothing of what is scrolled out.
    let written = '\u001b[?1049h';
    const stream = {
      ...size,
      isTTY: true,
      write(text: string) {
        written += text;
        return true;
      },
    };
    const log = logUpdate.create(stream as unknown as Parameters<typeof logUpdate.create>[0], {
      incremental: true,
      showCursor: true,
    });
    const bytes: number[] = [];
    for (const frame of frames) {
      const before = written.length;
      log(frame.join('\n'));
      bytes.push(written.length - before);
    }
    await new Promise<void>(done => terminal.write(written, done));
    const shown = Array.from({ length: size.rows }, (_, row) =>
      terminal.buffer.active.getLine(row)?.translateToString(true),
    );
    return { shown, bytes, written };
  }
  const plain = (lines: readonly string[]) => lines.map(line => line.replace(/\u001b\[\d+m/g, '').trimEnd());

  test('lets the terminal scroll a list, in either direction, and writes the lines that are new', async () => {
    const down = [list(10, 18), list(11, 19), list(12, 20), list(14, 22)];
    const up = [list(14, 14), list(13, 13), list(11, 11)];
    const { shown, bytes, written } = await write([...down, ...up]);
    expect(shown).toEqual(plain(list(11, 11)));
    expect(written).toMatch(/\u001b\[3;\d+r/u);
    expect(written).toContain('\u001bM');
    for (const size of bytes.slice(1, 4)) expect(size).toBeLessThan((bytes[0] ?? 0) / 2);
  });

  test('moves lines that only got longer, and writes their ends', async () => {
    const filled = (lines: string[], from: number, to: number) =>
      lines.map(line => {
        const row = Number(/row (\d+)/.exec(line)?.[1] ?? to);
        return row >= from && row < to ? `${line}  filled` : line;
      });
    const down = [filled(list(10, 26), 10, 21), filled(list(11, 27), 10, 27)];
    const up = [filled(list(11, 11), 17, 28), filled(list(10, 10), 11, 28)];
    for (const frames of [down, up]) {
      const { shown, bytes } = await write(frames);
      expect(shown).toEqual(plain(frames.at(-1) ?? []));
      expect(bytes[1]).toBeLessThan((bytes[0] ?? 0) / 2);
    }
  });

  test('shows the last of any frames', async () => {
    const frame = fc
      .tuple(fc.nat(30), fc.nat(16), fc.option(fc.nat(16)))
      .map(([top, cursor, changed]) => list(top, top + cursor, changed));
    const any = fc.array(fc.constantFrom('', 'same', 'a', 'b', 'c'), {
      minLength: size.rows,
      maxLength: size.rows,
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(frame, frame, any), { minLength: 1, maxLength: 8 }),
        async frames => {
          expect((await write(frames)).shown).toEqual(plain(frames.at(-1) ?? []));
        },
      ),
      { numRuns: 100 },
    );
  });

  test('finds no scroll where nothing or everything is new', () => {
    expect(findScroll(list(0, 0), list(0, 1))).toBeNull();
    expect(findScroll(list(0, 0), list(100, 100))).toBeNull();
  });

  test('knows what the terminal shows after a scroll', () => {
    expect(scrolled(['a', 'b', 'c', 'd'], { first: 1, last: 3, by: 1 })).toEqual(['a', 'c', 'd', '']);
    expect(scrolled(['a', 'b', 'c', 'd'], { first: 0, last: 2, by: -2 })).toEqual(['', '', 'a', 'd']);
  });
});
