import { describe, expect, test, vi } from 'vitest';
import { Background } from '../../source/tui/background.ts';

const question = '\u001b]11;?\u001b\\';
const white = '\u001b]11;rgb:ffff/ffff/ffff\u001b\\';
const red = '\u001b[31mwrong\u001b[39m';
const darkRed = '\u001b[38;5;124mwrong\u001b[39m';

function asked(environment: Record<string, string> = {}, colors = 256): Background {
  const background = new Background(environment, { colors });
  const written: string[] = [];
  background.ask({ write: (text: string | Uint8Array) => written.push(String(text)) > 0 });
  expect(written).toEqual(environment.COLORFGBG || colors < 256 ? [] : [question]);
  return background;
}

describe('the background of the terminal', () => {
  test('colours are darker once the terminal says that it is light, and all is drawn again', () => {
    const background = asked();
    const redraw = vi.fn();
    background.onChange(redraw);
    expect(background.adapted(red)).toBe(red);
    expect(background.keysOf(`j${white}k`)).toBe('jk');
    expect(redraw).toHaveBeenCalledOnce();
    expect(background.adapted(red)).toBe(darkRed);
    // Blue can be read on both.
    expect(background.adapted('\u001b[34mblue')).toBe('\u001b[34mblue');
  });

  test.each([
    ['\u001b]11;rgb:ff/ff/dd\u0007', true],
    ['\u001b]11;rgba:ffff/ffff/dddd/ffff\u0007', true],
    ['\u001b]11;rgb:0000/2b2b/3636\u0007', false],
    // Blue is the darkest of the three.
    ['\u001b]11;rgb:0000/0000/ffff\u0007', false],
    ['\u001b]11;rgb:0/f/0\u0007', true],
  ])('%j is light: %s', (answer, isLight) => {
    const background = asked();
    expect(background.keysOf(answer)).toBe('');
    expect(background.adapted(red)).toBe(isLight ? darkRed : red);
  });

  test('an answer in pieces is no keys either', () => {
    for (let at = 3; at < white.length; at += 1) {
      const background = asked();
      expect(background.keysOf(white.slice(0, at)) + background.keysOf(`${white.slice(at)}q`)).toBe('q');
      expect(background.adapted(red)).toBe(darkRed);
    }
  });

  test.each(['\u001b', '\u001b]', '\u001b[A', 'q', '\u001b\u001b', '\u001b[200~]11;rgb:\u001b[201~'])(
    '%j is keys at once',
    keys => {
      expect(asked().keysOf(keys)).toBe(keys);
    },
  );

  test.each([
    ['0;15', true],
    ['0;default;15', true],
    ['12;7', true],
    ['15;0', false],
    ['15;8', false],
  ])('COLORFGBG=%s decides without a question', (given, isLight) => {
    expect(asked({ COLORFGBG: given }).adapted(red)).toBe(isLight ? darkRed : red);
  });

  test('with 16 colours the terminal is not asked', () => {
    expect(asked({}, 16).adapted(red)).toBe(red);
    expect(asked({ COLORFGBG: '0;15' }, 16).adapted(red)).toBe(red);
  });
});
