import { styleText } from 'node:util';
import { createContext, use } from 'react';
import type { Badge } from '../counter/counter.ts';
import type { Severity } from '../counter/finding.ts';
import { type Glyphs, glyphs } from '../format/badges.ts';

/** Glyphs and colours; colours only repeat what a word or a glyph says already. */
export interface Theme {
  glyphs: Glyphs;
  badge: Record<Badge, Style>;
  severity: Record<Severity, string>;
  ascii: boolean;
  /** Text in a style, for lines that are put together as one text: see ListRow. */
  paint: (style: Style, text: string) => string;
}

/** What `paint` knows. */
export type Style = 'bold' | 'cyan' | 'green' | 'red' | 'yellow' | 'magenta' | 'inverse';

const badge = { accurate: 'green', mismatch: 'red', checking: 'yellow', hidden: 'magenta' } as const;
const severity = { error: 'red', warning: 'yellow', info: 'cyan' };

/** The theme for `--ascii` and `--no-color`, or without them. Elsewhere than in `paint` colours are chalk's affair. */
export function theme(ascii: boolean, color: boolean): Theme {
  return {
    glyphs: glyphs(ascii),
    badge,
    severity,
    ascii,
    paint: (style, text) => (color ? styleText(style, text, { validateStream: false }) : text),
  };
}

export const ThemeContext = createContext<Theme>(theme(false, true));

/** The theme of the running console. */
export function useTheme(): Theme {
  return use(ThemeContext);
}
