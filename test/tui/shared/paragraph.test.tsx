import { renderToString } from 'ink';
import { expect, test, vi } from 'vitest';
import { Paragraph } from '../../../source/tui/shared/paragraph.tsx';

// chalk reads it when it is loaded.
vi.hoisted(() => {
  process.env.FORCE_COLOR = '1';
});

test.each([[{}], [{ color: 'red' }]])(
  'a line that is full does not push a space into the next: %j',
  props => {
    const lines = renderToString(<Paragraph {...props}>{'one two three'}</Paragraph>, { columns: 7 }).split(
      '\n',
    );
    // Only the codes of the colour come before the word.
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatch(/^(?:\u001b\[31m)?three/);
  },
);

test('a text that begins with blanks is indented as a whole', () => {
  const text = renderToString(<Paragraph>{'  one two three'}</Paragraph>, { columns: 9 });
  expect(text).toBe('  one two\n  three');
});
