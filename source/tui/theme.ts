import { styleText } from 'node:util';
import { createContext, use } from 'react';
import type { Badge } from '../counter/counter.ts';
import type { Severity } from '../counter/finding.ts';
import { type Glyphs, glyphs } from '../format/badges.ts';

/** Glyphs and colours. A colour only repeats what a word or glyph already says. */
export interface Theme {
  glyphs: Glyphs;
  badge: Record<Badge, Style>;
  severity: Record<Severity, string>;
  ascii: boolean;
  /** How many colours the terminal has; 0 without colours. */
  colors: number;
  /** Styles a text that becomes part of a longer one. Where much is styled, that takes a third of the time of as many elements. */
  paint: (style: Style, text: string) => string;
}

/** The styles of `paint`. */
export type Style =
  | 'bold'
  | 'dim'
  | 'cyan'
  | 'green'
  | 'red'
  | 'yellow'
  | 'magenta'
  | 'inverse'
  | 'underline';

const badge = { accurate: 'green', mismatch: 'red', checking: 'yellow', hidden: 'magenta' } as const;
const severity = { error: 'red', warning: 'yellow', info: 'cyan' };

/** The theme for `--ascii` and `--no-color`. Outside `paint`, chalk decides about colours. */
export function theme(ascii: boolean, color: boolean, colors = color ? 16 : 0): Theme {
  return {
    glyphs: glyphs(ascii),
    badge,
    severity,
    ascii,
    colors,
    paint: (style, text) => (color ? styleText(style, text, { validateStream: false }) : text),
  };
}

export const ThemeContext = createContext<Theme>(theme(false, true));

/** The theme of the running console. */
export function useTheme(): Theme {
  return use(ThemeContext);
}
