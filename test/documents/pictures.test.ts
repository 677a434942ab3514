import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bindings } from '../../source/tui/keys/keymap.ts';
import type { Screen } from '../../source/tui/state/screens.ts';
import { readPages, root } from './markdown.ts';

/** The pictures, each with the screen that it shows. */
const screens = {
  'console.svg': 'list',
  'diagnosis.svg': 'preset',
  'plan.svg': 'repair',
  'simulation.svg': 'simulate',
  'trigger.svg': 'trigger',
} as const;

/** The screens of the moving picture, in their order. */
const recorded = ['list', 'preset', 'trigger', 'simulate', 'repair', 'help'] as const;

test('every picture is on a page, and has the screen that it shows', () => {
  const pictures = readdirSync(join(root, 'docs')).filter(name => name.endsWith('.svg'));
  const pages = readPages()
    .map(({ text }) => text)
    .join('\n');
  expect(pictures.sort()).toEqual([...Object.keys(screens), 'recording.svg'].sort());
  expect(pictures.filter(name => !pages.includes(`(${name})`) && !pages.includes(`/docs/${name})`))).toEqual(
    [],
  );
});

test.each(Object.entries(screens))(
  '%s is small, and its footer has the words of today (npm run picture)',
  (name, screen) => {
    const svg = read(name);
    expect(svg.length).toBeLessThan(40_000);
    expectFooter(svg, screen);
  },
);

test('so has every screen of the moving picture (npm run record)', () => {
  const [, ...frames] = read('recording.svg').split('<g class="f ');
  expect(frames).toHaveLength(recorded.length);
  for (const [index, screen] of recorded.entries()) expectFooter(frames[index] ?? '', screen);
});

test('the recording is a cast of this version, which asciinema plays (npm run record)', () => {
  const [header, ...events] = read('recording.cast')
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(header).toMatchObject({
    version: 2,
    width: 110,
    height: 30,
    title: `preset-usage ${version} on its demo`,
  });
  expect(events.length).toBeGreaterThan(50);
  const times = events.map(([seconds]) => seconds);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(events.filter(([, kind, text]) => kind !== 'o' || typeof text !== 'string')).toEqual([]);
  // It begins with the alternate screen, and at its end has left it.
  const all = events.map(([, , text]) => text).join('');
  expect(all.indexOf('\u001b[?1049h')).toBe(0);
  expect(all.lastIndexOf('\u001b[?1049l')).toBeGreaterThan(all.lastIndexOf('quit'));
});

const read = (name: string) => readFileSync(join(root, 'docs', name), 'utf8');

/** The last row of a drawn screen has only words that its keys have. */
function expectFooter(svg: string, screen: Screen): void {
  const texts = [...svg.matchAll(/<text x="[\d.]+" y="([\d.]+)"[^>]*>([^<]*)</g)];
  const bottom = texts.at(-1)?.[1];
  const footer = texts.filter(([, y]) => y === bottom).map(([, , text = '']) => text);
  const words = bindings
    .filter(({ screens }) => screens.includes(screen))
    .flatMap(({ label, short }) => `${label} ${short}`.split(' '));
  expect(footer.length).toBeGreaterThan(5);
  expect(footer.filter(text => !words.includes(text))).toEqual([]);
}
