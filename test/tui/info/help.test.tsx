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

test('no sentence below the keys is cut at 80 columns', () => {
  expect(help({}, 80).split('\nBadges')[1]).toMatch(/^(?!.*…).*rows\s+on\s+screen\./s);
});
