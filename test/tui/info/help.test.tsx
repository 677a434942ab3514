import { renderToString } from 'ink';
import { expect, test } from 'vitest';
import { HelpScreen } from '../../../source/tui/info/help.tsx';
import { initialState, type State } from '../../../source/tui/state/model.ts';
import { comments, inspectedWith } from '../../helpers/counters.ts';
import { healthOf } from '../../helpers/shown-counters.ts';

const help = (change: Partial<State>, columns = 200) => {
  const state: State = { ...initialState({ columns, rows: 200 }), screen: 'help', ...change };
  return renderToString(<HelpScreen state={state} />, { columns });
};

test('help of another counter lists the keys that it has, in its own words', () => {
  const text = help({ inspected: inspectedWith(comments), trigger: healthOf(comments) });
  expect(text).toMatch(
    /^ {2}u +Add, change, move and remove comments of this post, and roll all of it back$/m,
  );
  expect(text).toMatch(/^ {2}w +Check steps 2 and 3 by watching real comments of this post \(checklist\)$/m);
  expect(text).not.toMatch(/^ {2}x /m);
  expect(text.replaceAll('preset-usage', '')).not.toMatch(/preset|usage_count|\buses?\b|last_used_at/i);
});

test('help of presets lists every key', () => {
  expect(help({})).toMatch(/^ {2}x +Make one real use that stays, after you confirm \(simulate\)$/m);
});

test('help begins with the keys of the screen that it was opened on, those that move last', () => {
  const [here = '', rest = ''] = help({ behindHelp: 'history' }).split('\nQuestions\n');
  expect(here).toMatch(/^Keys here\n {2}: +All actions of this screen by name\n {2}y +Copy/);
  expect(here).toMatch(/\n {2}b +Plan to undo/);
  expect(here.indexOf('One row up')).toBeGreaterThan(here.indexOf('The keys of this screen'));
  expect(here).not.toContain('Plan to set counts to 0');
  expect(rest).toMatch(/\nKeys on other screens\n[\s\S]*Plan to set counts to 0[\s\S]*\nBadges\n/);
  expect(rest).not.toContain('Plan to undo');
});

test('no sentence below the keys is cut at 80 columns', () => {
  expect(help({}, 80).split('\nBadges')[1]).toMatch(/^(?!.*…).*rows\s+on\s+screen\./s);
});
