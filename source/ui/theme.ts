import { createContext, use } from 'react';
import type { Badge } from '../audit/counter.ts';
import type { Severity } from '../audit/trigger-health.ts';
import { type Glyphs, glyphs } from '../present/badges.ts';

/** Glyphs and colours; colours only repeat what a word or a glyph says already. */
export interface Theme {
  glyphs: Glyphs;
  badge: Record<Badge, string>;
  severity: Record<Severity, string>;
  ascii: boolean;
}

const badge = { accurate: 'green', mismatch: 'red', checking: 'yellow', hidden: 'magenta' };
const severity = { error: 'red', warning: 'yellow', info: 'cyan' };

/** The theme for `--ascii` or without it. Whether colours are drawn at all is chalk's affair. */
export function theme(ascii: boolean): Theme {
  return { glyphs: glyphs(ascii), badge, severity, ascii };
}

export const ThemeContext = createContext<Theme>(theme(false));

/** The theme of the running console. */
export function useTheme(): Theme {
  return use(ThemeContext);
}
