import { Box, useStdout, useWindowSize } from 'ink';
import { useEffect, useLayoutEffect } from 'react';
import type { Background } from './background.ts';
import { CommandChoices } from './command/bar.tsx';
import { CountersScreen } from './counters/screen.tsx';
import { DriftScreen } from './drift/screen.tsx';
import { HelpScreen } from './info/help.tsx';
import { TablesScreen } from './info/tables.tsx';
import { TriggerScreen } from './info/trigger.tsx';
import { type KeyHandlers, useKeys } from './keys/use-keys.ts';
import { ListScreen } from './list/list.tsx';
import { copySequence, sentWords } from './menu/clipboard.ts';
import { PresetScreen } from './preset/preset.tsx';
import { HistoryScreen } from './repair/history-screen.tsx';
import { RepairScreen } from './repair/repair.tsx';
import { Footer } from './shared/footer.tsx';
import { Header } from './shared/header.tsx';
import { Title } from './shared/title.tsx';
import { TooSmall } from './shared/too-small.tsx';
import { useClock } from './shared/use-clock.ts';
import { ChecklistScreen } from './simulation/checklist.tsx';
import { SimulateScreen } from './simulation/simulate.tsx';
import type { State } from './state/model.ts';
import { isTooSmall, windowRows } from './state/selectors.ts';
import { type Store, useStore } from './store.ts';
import { type Theme, ThemeContext } from './theme.ts';
import { useRedraw } from './use-redraw.ts';

interface Props extends Pick<KeyHandlers, 'whyNotContext'> {
  store: Store;
  looks: Theme;
  background: Background;
}

/** The whole console: the header, the open screen, and its keys. */
export function App({ store, looks, background, whyNotContext }: Props) {
  const state = useStore(store);
  const { columns, rows } = useWindowSize();
  const now = useClock(store);
  const redraw = useRedraw();
  useEffect(() => background.onChange(redraw), [background, redraw]);
  const { stdout } = useStdout();
  const copy = (text: string, what: string) => {
    stdout.write(copySequence(text, process.env));
    return sentWords(what, process.env);
  };
  const { dispatch, get: current, refresh } = store;
  useKeys({ dispatch, current, refresh, redraw, copy, quiet: () => background.answered, whyNotContext });
  // Before any key that is pressed at what is drawn now: nobody should answer a question that is not visible.
  useLayoutEffect(() => store.dispatch({ type: 'resize', columns, rows }), [store, columns, rows]);
  if (isTooSmall({ columns, rows })) return <TooSmall state={state} columns={columns} rows={rows} />;
  return (
    <ThemeContext value={looks}>
      <Box height={rows} width={columns} overflow="hidden" flexDirection="column">
        <Header state={state} now={now} />
        <Box flexGrow={1} flexDirection="column" overflow="hidden">
          {/* The command bar covers the last rows; the others must not give way to it. */}
          <Box flexDirection="column" flexShrink={0} height={windowRows({ columns, rows }) + 2}>
            <Title state={state} />
            <Body state={state} />
          </Box>
        </Box>
        <CommandChoices state={state} />
        <Footer state={state} />
      </Box>
    </ThemeContext>
  );
}

function Body({ state }: { state: State }) {
  switch (state.screen) {
    case 'list':
      return <ListScreen state={state} />;
    case 'preset':
      return <PresetScreen state={state} />;
    case 'trigger':
      return <TriggerScreen state={state} />;
    case 'simulate':
      return <SimulateScreen state={state} />;
    case 'checklist':
      return <ChecklistScreen state={state} />;
    case 'repair':
      return <RepairScreen state={state} />;
    case 'history':
      return <HistoryScreen state={state} />;
    case 'tables':
      return <TablesScreen state={state} />;
    case 'drift':
      return <DriftScreen state={state} />;
    case 'counters':
      return <CountersScreen state={state} />;
    case 'help':
      return <HelpScreen state={state} />;
  }
}
