import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A document by its path from the root. */
export interface Document {
  file: string;
  text: string;
}

/** A fenced block of a document. */
export interface Block {
  language: string;
  lines: string[];
}

/** What a user reads: the README and the pages in docs/. */
export function readPages(): Document[] {
  const pages = readdirSync(`${root}/docs`).filter(name => name.endsWith('.md'));
  return ['README.md', ...pages.map(name => `docs/${name}`)].map(readDocument);
}

/** The pages, and the documents for contributors. */
export function readDocuments(): Document[] {
  return [...readPages(), ...['CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'].map(readDocument)];
}

/** One document by its path from the root. */
export function readDocument(file: string): Document {
  return { file, text: readFileSync(`${root}/${file}`, 'utf8') };
}

// A fence in a list is indented, and so is what stands in it.
const fence = /^( *)```(\w*)\n([\s\S]*?)^ *```$/gm;

/** The fenced blocks, in their order. */
export function blocksOf({ text }: Document): Block[] {
  return [...text.matchAll(fence)].map(([, indent = '', language = '', body = '']) => ({
    language,
    lines: body
      .split('\n')
      .slice(0, -1)
      .map(line => line.slice(indent.length)),
  }));
}

/** The text without its fenced blocks. */
export function proseOf({ text }: Document): string {
  return text.replace(fence, '');
}

/** The text between a heading and the next one of its rank or a higher one. */
export function sectionOf({ text }: Document, heading: string): string {
  const rank = heading.match(/^#+/)?.[0].length ?? 0;
  const [, after = ''] = text.split(`\n${heading}\n`);
  return after.split(new RegExp(`^#{1,${rank}} `, 'm'))[0] ?? '';
}

/** The words in backticks outside of blocks. */
export function codeOf(document: Document): string[] {
  return [...proseOf(document).matchAll(/`([^`\n]+)`/g)].map(([, code = '']) => code);
}

/** The cells of the first column of every table. */
export function firstCellsOf(text: string): string[] {
  return [...text.matchAll(/^\| (.*?) \|/gm)].map(([, cell = '']) => cell).filter(cell => !/^-+$/.test(cell));
}

/** The anchors that headings have, as GitHub makes them. */
export function anchorsOf(document: Document): string[] {
  return [...proseOf(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The links and pictures, without those to other sites. */
export function linksOf(document: Document): string[] {
  return [...proseOf(document).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter(target => !/^[a-z]+:/.test(target));
}

/** A command with the output that is shown below it; null where none is shown. */
export interface Command {
  command: string;
  shown: string[] | null;
}

/** The commands of the blocks that a shell would run. */
export function commandsOf(document: Document): Command[] {
  return blocksOf(document).flatMap(({ language, lines }): Command[] => {
    if (language === 'sh')
      return lines.filter(line => line !== '').map(command => ({ command, shown: null }));
    if (language !== 'console') return [];
    const commands: { command: string; shown: string[] }[] = [];
    for (const line of lines) {
      if (line.startsWith('$ ')) commands.push({ command: line.slice(2), shown: [] });
      else commands.at(-1)?.shown.push(line);
    }
    return commands;
  });
}

/** The words of a command as a shell splits them, without a comment. */
export function wordsOf(command: string): string[] {
  const words = command.replace(/(^|\s)#.*$/, '').matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g);
  return [...words].map(([, single, double, bare]) => single ?? double ?? bare ?? '');
}
