import { PassThrough } from 'node:stream';
import { describe, expect, test, vi } from 'vitest';
import { Background } from '../../source/tui/background.ts';

const questions = '\u001b]11;?\u001b\\\u001b[c';
const lastAnswer = '\u001b[?62;22c';
const white = '\u001b]11;rgb:ffff/ffff/ffff\u001b\\';
const red = '\u001b[31mwrong\u001b[39m';
const darkRed = '\u001b[38;5;124mwrong\u001b[39m';

function asked(environment: Record<string, string> = {}, colors = 256): Background {
  const background = new Background(environment, { colors });
  const written: string[] = [];
  background.ask({ write: (text: string | Uint8Array) => written.push(String(text)) > 0 });
  expect(written).toEqual(environment.COLORFGBG || colors < 256 ? [] : [questions]);
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
    for (let at = 1; at < white.length; at += 1) {
      const background = asked();
      expect(background.keysOf(white.slice(0, at)) + background.keysOf(`${white.slice(at)}q`)).toBe('q');
      expect(background.adapted(red)).toBe(darkRed);
    }
  });

  test.each([
    '\u001b',
    '\u001b]',
    '\u001b]1',
    '\u001b[A',
    'q',
    '\u001b\u001b',
    '\u001b[200~]11;rgb:\u001b[201~',
  ])('%j is keys at once, when the terminal has answered', keys => {
    const background = asked();
    expect(background.keysOf(lastAnswer)).toBe('');
    expect(background.keysOf(keys)).toBe(keys);
  });

  test.each(['q', '\u0003', '?', '\u001b[A'])('%j is not held back by what begins like an answer', key => {
    const background = asked();
    expect(background.keysOf('\u001b]1') + background.keysOf(key)).toBe(`\u001b]1${key}`);
    expect(background.keysOf('\u001b]11;rgb:ff') + background.keysOf(key)).toBe(key);
    expect(background.keysOf('\u001b]1337;name') + background.keysOf(key)).toBe(`\u001b]1337;name${key}`);
  });

  test('Escape is a key if no answer follows, and the rest of an answer that is cut off is none', () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate'] });
    try {
      const terminal = new PassThrough({ encoding: 'utf8' });
      const background = asked();
      const input = background.input(terminal as unknown as NodeJS.ReadStream);
      const typed: unknown[] = [];
      input.on('readable', () => {
        for (let keys = input.read(); keys !== null; keys = input.read()) typed.push(keys);
      });
      const send = (text: string) => {
        terminal.write(text);
        terminal.emit('readable');
        vi.advanceTimersByTime(300);
        return typed.splice(0).join('');
      };
      expect(send('\u001b')).toBe('\u001b');
      expect(send('\u001b]11;rgb:ff')).toBe('');
      expect(send('j')).toBe('j');
    } finally {
      vi.useRealTimers();
    }
  });

  test('the end of the console waits for the answer, but not for long', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const background = asked();
      const left = vi.fn();
      void background.answered.then(left);
      await Promise.resolve();
      expect(left).not.toHaveBeenCalled();
      background.keysOf(white);
      background.keysOf(lastAnswer);
      await background.answered;
      const silent = asked();
      vi.advanceTimersByTime(1_000);
      await silent.answered;
      await asked({}, 16).answered;
    } finally {
      vi.useRealTimers();
    }
  });

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
