import type { IBufferCell, Terminal } from '@xterm/headless';

// Most monospace fonts are 0.6 em wide; for others textLength stretches each run to its columns.
const fontSize = 14;
const cell = { width: 8.4, height: 18 };
const padding = 14;
const font = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";
const dark = { background: '#16181d', foreground: '#d6dae2' };
const palette = [
  ['#3b4048', '#e5606c', '#7ec07a', '#d9b45b', '#66a6e8', '#c17fd6', '#52b8c4', '#d6dae2'],
  ['#6f7783', '#f07b86', '#98d694', '#ecca75', '#84bbf2', '#d49be6', '#6fd0da', '#ffffff'],
].flat();

/** How a run of cells is drawn. */
interface Look {
  color: string;
  /** null for the picture's background. */
  background: string | null;
  bold: boolean;
  dim: boolean;
}

/** Characters of one row with the same style and the same width. */
interface Run {
  look: Look;
  column: number;
  /** Columns of each character: 2 for wide ones. */
  width: number;
  characters: string[];
}

/** Draws what `terminal` shows as an SVG document; `title` is for screen readers. */
export function terminalSvg(terminal: Terminal, title: string): string {
  return document(terminal, title, drawScreen(terminal));
}

/** A screen as it was drawn, and the seconds that it stays. */
export interface Frame {
  drawn: string;
  seconds: number;
}

/** Draws frames of one terminal, one after the other, again and again. Where nothing may move, the first one stays. */
export function animatedSvg(terminal: Terminal, title: string, frames: readonly Frame[]): string {
  const whole = frames.reduce((sum, { seconds }) => sum + seconds, 0);
  let start = 0;
  const styles = frames.map(({ seconds }, index) => {
    const [from, to] = [start, start + seconds].map(at => rounded((at / whole) * 100)) as [number, number];
    start += seconds;
    const shown = `${from}%{visibility:visible}`;
    const before = from === 0 ? '' : '0%{visibility:hidden}';
    return `@keyframes f${index}{${before}${shown}${to === 100 ? '' : `${to}%{visibility:hidden}`}}
.f${index}{animation:f${index} ${rounded(whole)}s step-end infinite}`;
  });
  const style = `<style>.f{visibility:hidden}.f0{visibility:visible}
@media(prefers-reduced-motion:no-preference){
${styles.join('\n')}
}</style>`;
  const groups = frames.map(({ drawn }, index) => `<g class="f f${index}">\n${drawn}\n</g>`);
  return document(terminal, title, [style, ...groups].join('\n'));
}

/** What `terminal` shows, as a part of a document. */
export function drawScreen(terminal: Terminal): string {
  return Array.from({ length: terminal.rows }, (_, row) => drawRow(terminal, row))
    .flat()
    .join('\n');
}

function document({ cols, rows }: Terminal, title: string, content: string): string {
  const width = cols * cell.width + 2 * padding;
  const height = rows * cell.height + 2 * padding;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" rx="8" fill="${dark.background}"/>
<g font-family="${font}" font-size="${fontSize}" fill="${dark.foreground}">
${content}
</g>
</svg>
`;
}

function drawRow(terminal: Terminal, row: number): string[] {
  const runs = readRuns(terminal, row);
  const top = padding + row * cell.height;
  const grounds = runs.flatMap(({ look, column, width, characters }) =>
    look.background === null
      ? []
      : `<rect x="${x(column)}" y="${top}" width="${rounded(characters.length * width * cell.width)}" height="${cell.height}" fill="${look.background}"/>`,
  );
  // The baseline of most fonts, seen from the top of a line of this height.
  const baseline = top + Math.round(cell.height * 0.74);
  const texts = runs.flatMap(words).map(({ look, column, width, characters }) => {
    const style = [
      look.color === dark.foreground ? '' : ` fill="${look.color}"`,
      look.bold ? ' font-weight="700"' : '',
      look.dim ? ' opacity="0.6"' : '',
    ].join('');
    const length = rounded(characters.length * width * cell.width);
    return `<text x="${x(column)}" y="${baseline}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${style}>${escaped(characters.join(''))}</text>`;
  });
  return [...grounds, ...texts];
}

function readRuns(terminal: Terminal, row: number): Run[] {
  const line = terminal.buffer.active.getLine(terminal.buffer.active.viewportY + row);
  const runs: Run[] = [];
  for (let column = 0; column < terminal.cols; column += 1) {
    const read = line?.getCell(column);
    // The second half of a wide character is a cell without width.
    if (!read || read.getWidth() === 0) continue;
    const look = lookOf(read);
    const width = read.getWidth();
    const character = read.getChars() || ' ';
    const last = runs.at(-1);
    if (last && last.width === width && same(last.look, look)) last.characters.push(character);
    else runs.push({ look, column, width, characters: [character] });
  }
  return runs;
}

function lookOf(read: IBufferCell): Look {
  const color = read.isFgPalette() ? (palette[read.getFgColor()] ?? dark.foreground) : dark.foreground;
  const background = read.isBgPalette() ? (palette[read.getBgColor()] ?? null) : null;
  const shared = { bold: read.isBold() !== 0, dim: read.isDim() !== 0 };
  return read.isInverse()
    ? { color: background ?? dark.background, background: color, ...shared }
    : { color, background, ...shared };
}

function same(a: Look, b: Look): boolean {
  return a.color === b.color && a.background === b.background && a.bold === b.bold && a.dim === b.dim;
}

/**
 * The words of a run, each at its own column: gaps need no drawing, and viewers disagree about consecutive spaces. Characters
 * beyond ASCII are separate, because they often come from another font with a different width.
 */
function words({ look, column, width, characters }: Run): Run[] {
  const found: Run[] = [];
  for (const [index, character] of characters.entries()) {
    if (character === ' ') continue;
    const last = found.at(-1);
    const at = column + index * width;
    if (
      last &&
      at === last.column + last.characters.length * width &&
      isAscii(last) === /^[!-~]$/.test(character)
    )
      last.characters.push(character);
    else found.push({ look, column: at, width, characters: [character] });
  }
  return found;
}

function isAscii({ characters }: Run): boolean {
  return /^[!-~]$/.test(characters[0] ?? '');
}

function x(column: number): number {
  return rounded(padding + column * cell.width);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
