import { Box, Text } from 'ink';
import type { ReactNode } from 'react';
import stringWidth from 'string-width';
import type { Glyphs } from '../../format/badges.ts';
import { brief, span } from '../../format/numbers.ts';
import { displayText, toWidth } from '../../format/text.ts';
import { contentionFinding } from '../../watch/contention.ts';
import { shortId } from '../counters/cells.ts';
import { noCounters } from '../counters/model.ts';
import { bindingFor } from '../keys/keymap.ts';
import { nounsIn, watchesPresets } from '../state/counter.ts';
import type { State } from '../state/model.ts';
import { watchedId } from '../state/watch-counter.ts';
import { useTheme } from '../theme.ts';
import { Line } from './line.tsx';
import { type TriggerWord, triggerWord } from './trigger-word.ts';

/** True while the list of counters is the first screen. */
function hasNoCounter(state: State): boolean {
  return state.screen === 'counters' && state.counters?.phase === 'found' && watchedId(state) === null;
}

/** The counter that is open if it is not that of presets, whether its trigger works, and how old the numbers are. */
export function Health({ state, now }: { state: State; now: number }) {
  const { glyphs } = useTheme();
  if (hasNoCounter(state)) return <Text dimColor>No counter is open.</Text>;
  const { freshAt, failure, paused, pace, size } = state;
  const late = freshAt !== null && now - freshAt > lateAfter(pace);
  const word = keeperWord(state, glyphs);
  const news = newsOf(state, glyphs);
  const known = counterName(state);
  if (failure || paused || late || freshAt === null) {
    const name = watchesPresets(state) ? null : known;
    // Problems come first, because a long line is cut at its end.
    return (
      <Fixed news={news}>
        <Age state={state} now={now} />
        {'   '}
        {name === null ? '' : <Text bold>{`${name} `}</Text>}
        <Keeper word={word} />
      </Fixed>
    );
  }
  const room = size.columns - stringWidth(word.text) - stringWidth(news.text) - gap.length;
  const fits = known !== null && stringWidth(known) + 1 + ageWords(state).length <= room;
  // That of presets goes without saying where there is no room.
  const name = watchesPresets(state) && !fits ? null : known;
  const wanted = name === null ? 0 : stringWidth(name) + 1;
  const age = wanted + ageWords(state).length <= room ? ageWords(state) : 'live';
  const width = Math.max(leastName, Math.min(wanted - 1, room - age.length - 1));
  return (
    <Fixed news={news}>
      {name === null ? '' : <Text bold>{`${toWidth(name, width, 'left', glyphs.ellipsis)} `}</Text>}
      <Keeper word={word} />
      {gap}
      <Text dimColor>{age}</Text>
    </Fixed>
  );
}

const gap = '   ';
// In cells: a shorter name says nothing.
const leastName = 12;

/** A line that is cut at its end, and the news after it, which is not. */
function Fixed({ news: { text, tone }, children }: { news: News; children: ReactNode }) {
  const { severity } = useTheme();
  return (
    <Box height={1}>
      <Box flexShrink={1} overflow="hidden">
        <Line>{children}</Line>
      </Box>
      {text === '' ? null : (
        <Box flexShrink={0}>
          <Text color={severity[tone]} bold>
            {text}
          </Text>
        </Box>
      )}
    </Box>
  );
}

interface News {
  text: string;
  tone: 'error' | 'warning';
}

/**
 * Counts that came out of step since the drift log was last open, else a row that sessions wait for; empty without any. A failure
 * needs the space more.
 */
function newsOf({ drift, contention, failure, screen }: State, { verdict }: Glyphs): News {
  const none: News = { text: '', tone: 'error' };
  if (failure) return none;
  // On the screen of a plan this key does something else.
  const keyOf = (key: string, short: string) => (bindingFor(key, screen)?.short === short ? `: ${key}` : '');
  if (drift.unread > 0) {
    const text = `${gap}${verdict.error} ${brief(drift.unread, 7)} new in the drift log${keyOf('d', 'drift')}`;
    return { text, tone: 'error' };
  }
  if (contentionFinding(contention) === null || screen === 'trigger') return none;
  return {
    text: `${gap}${verdict.warning} Sessions wait for a row${keyOf('t', 'trigger')}`,
    tone: 'warning',
  };
}

interface Word {
  text: string;
  tone: TriggerWord['tone'] | 'unknown';
}

function keeperWord(state: State, { on, off }: Glyphs): Word {
  const { trigger, triggerFailure } = state;
  if (!trigger && triggerFailure) return { text: 'Trigger: not known, press t', tone: 'doubtful' };
  if (!trigger) return { text: 'Trigger: not known yet', tone: 'unknown' };
  const { text, tone } = triggerWord(trigger, nounsIn(state));
  return { text: displayText(`${trigger.healthy ? on : off} ${text}`), tone };
}

function Keeper({ word: { text, tone } }: { word: Word }) {
  if (tone === 'unknown') return <Text dimColor>{text}</Text>;
  return (
    <Text color={tones[tone]} bold={tone === 'bad'}>
      {text}
    </Text>
  );
}

const tones = { good: 'green', bad: 'red', doubtful: 'yellow' } as const;

function counterName(state: State): string | null {
  const definition = state.inspected?.tables.definition;
  if (!definition) return null;
  return displayText(shortId(definition, (state.counters ?? noCounters).schema));
}

/** Why the numbers are not live, with their age. */
function Age({ state, now }: { state: State; now: number }) {
  const { failure, freshAt, paused } = state;
  const age = freshAt === null ? null : now - freshAt;
  if (failure) {
    const next = Math.max(0, failure.retryAt - now);
    return (
      <Text color="red" bold>
        {age === null ? 'NO NUMBERS YET' : `STALE, ${span(age)} old`}, next try in {span(next)}:{' '}
        {displayText(failure.error.message)}
      </Text>
    );
  }
  if (freshAt === null || age === null) return <Text dimColor>Reading the numbers</Text>;
  if (paused) {
    return (
      <Text color="yellow" bold>
        PAUSED, numbers {span(age)} old: p resumes
      </Text>
    );
  }
  return (
    <Text color="yellow" bold>
      SLOW, numbers {span(age)} old
    </Text>
  );
}

/** While all is well this does not change. */
function ageWords({ pace }: State): string {
  return `rows live, at most ${span(Math.max(pace, 1000))} old`;
}

/** The age in milliseconds from which numbers that should come every `pace` milliseconds are late. */
export function lateAfter(pace: number): number {
  return 5_000 + 1.5 * pace;
}
