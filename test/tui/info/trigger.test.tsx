import { renderToString } from 'ink';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { CounterDefinition } from '../../../source/counter/definition/definition.ts';
import { usageError } from '../../../source/errors/errors.ts';
import { TriggerScreen } from '../../../source/tui/info/trigger.tsx';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import { reduce } from '../../../source/tui/state/state.ts';
import { comments, inspectedWith, revenue } from '../../helpers/counters.ts';
import { healthOf, keeper } from '../../helpers/shown-counters.ts';

const stateOf = (definition: CounterDefinition, columns = 80): State => ({
  ...initialState({ columns, rows: 90 }),
  inspected: inspectedWith(definition),
  screen: 'trigger',
});
const linesOf = (state: State) =>
  renderToString(<TriggerScreen state={state} />, { columns: state.size.columns }).split('\n');

describe('the screen of what keeps a counter', () => {
  test.each([80, 120, 200])(
    'lists what can happen, findings, triggers and writers at %i columns',
    columns => {
      const trigger = healthOf(comments, ['move'], { triggers: [keeper('a'), keeper('b', 'disabled')] });
      const lines = linesOf({ ...stateOf(comments, columns), trigger });
      for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
      const text = lines.join('\n');
      expect(lines[0]).toBe('○ Healthy or not: public.posts.comments_count.');
      expect(text).toMatch(/Counts +comments by post_id where deleted_at IS NULL/);
      expect(text).toMatch(/ {2}a comment is inserted +\+1 +yes +yes/);
      expect(text).toMatch(/ {2}a comment moves to another.*- +no +Something makes move/);
      expect(text).toMatch(/ {2}a comment is deleted +\+1 +yes +only by its owner/);
      // What is wrong comes before what the triggers are.
      expect(text).toMatch(
        /Event +Count +Kept[\s\S]+move-not-counted was found[\s\S]+Trigger +a\n[\s\S]+Trigger +b\n/,
      );
      expect(text).toMatch(/Enabled +disabled: does not fire: comments are not counted/);
      expect(text).toContain('Line 4 of public.count_comment() adds one.');
    },
  );

  test('says that no trigger keeps it', () => {
    const trigger = healthOf(revenue, [], { triggers: [] });
    const text = linesOf({ ...stateOf(revenue), trigger }).join('\n');
    expect(text).toMatch(/Trigger +none/);
    expect(text).toMatch(/amount of a sale changes/);
  });

  test('waits until it is read, and says why it cannot be', () => {
    const waiting = stateOf(comments);
    expect(linesOf(waiting)).toEqual(['Reading the catalog']);
    const known = reduce(waiting, { type: 'trigger', trigger: healthOf(comments) });
    const error = usageError('statement-timeout', 'It took too long.', 'Try again.');
    const failed = reduce(known, { type: 'trigger-failure', error });
    const text = linesOf(failed).join(' ');
    expect(text).toContain('What keeps the count could not be read. It took too long. Try again.');
    // What was known before may not hold any more.
    expect(text).not.toContain('Healthy');
    expect(linesOf(reduce(failed, { type: 'trigger', trigger: healthOf(comments) })).join(' ')).not.toContain(
      'too long',
    );
  });
});
