import { displayText } from './text.ts';

/** Text of a database or a log as text of Markdown: it must neither draw a table nor load an image. */
export function markdownText(text: string): string {
  return displayText(text).replace(/[\\`*_[\]<>|#!]/g, '\\$&');
}
