import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bindings } from '../../source/tui/keys/keymap.ts';
import { readPages, root } from './markdown.ts';

/** The pictures, each with the screen that it shows. */
const screens = {
  'console.svg': 'list',
  'diagnosis.svg': 'preset',
  'plan.svg': 'repair',
  'simulation.svg': 'simulate',
  'trigger.svg': 'trigger',
} as const;

test('every picture is on a page, and has the screen that it shows', () => {
  const pictures = readdirSync(join(root, 'docs')).filter(name => name.endsWith('.svg'));
  const pages = readPages()
    .map(({ text }) => text)
    .join('\n');
  expect(pictures.sort()).toEqual(Object.keys(screens));
  expect(pictures.filter(name => !pages.includes(`(${name})`) && !pages.includes(`/docs/${name})`))).toEqual(
    [],
  );
});

test.each(Object.entries(screens))(
  '%s is small, and its footer has the words of today (npm run picture)',
  (name, screen) => {
    const svg = readFileSync(join(root, 'docs', name), 'utf8');
    expect(svg.length).toBeLessThan(40_000);
    const texts = [...svg.matchAll(/<text x="[\d.]+" y="([\d.]+)"[^>]*>([^<]*)</g)];
    const bottom = texts.at(-1)?.[1];
    const footer = texts.filter(([, y]) => y === bottom).map(([, , text = '']) => text);
    const words = bindings
      .filter(({ screens }) => screens.includes(screen))
      .flatMap(({ label, short }) => `${label} ${short}`.split(' '));
    expect(footer.length).toBeGreaterThan(5);
    expect(footer.filter(text => !words.includes(text))).toEqual([]);
  },
);
