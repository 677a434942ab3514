import { causes } from '../../diagnosis/format-diagnosis.ts';

/** What a row must meet to be listed: all terms of the filter. */
export type Term =
  /** The name contains it, or the id begins with it; in lower case. */
  | { kind: 'text'; text: string }
  | { kind: 'id'; text: string }
  /** Its count is wrong for one of these causes. */
  | { kind: 'cause'; codes: ReadonlySet<string> }
  | { kind: 'drift'; operator: Operator; value: number };

type Operator = '<' | '<=' | '>' | '>=' | '=' | '!=';

/** A filter as it was typed, read. */
export interface Filter {
  terms: readonly Term[];
  /** The texts of it, to mark them in names. */
  texts: readonly string[];
  /** What of it is not understood, in one sentence; null if all is. */
  problem: string | null;
}

const token = /"([^"]*)("?)|\S+/g;
const named = /^([a-z]+):(.*)$/i;
const compared = /^([a-z]+)(<=|>=|!=|[<>=])(.*)$/i;
const number = /^[+-]?\d[\d,]*(?:\.\d+)?$/;

let last: { text: string; filter: Filter } | undefined;

/** Reads a filter: words, "phrases", id:, cause: and drift, which all must hold. What was read last is the same object again. */
export function readFilter(text: string): Filter {
  if (last?.text !== text) last = { text, filter: readAnew(text) };
  return last.filter;
}

function readAnew(text: string): Filter {
  const terms: Term[] = [];
  const problems: string[] = [];
  for (const [word, phrase, end] of text.matchAll(token)) {
    const term =
      phrase === undefined ? termOf(word) : ({ kind: 'text', text: phrase.toLowerCase() } as const);
    if (typeof term === 'string') problems.push(term);
    else if (term.kind !== 'text' || term.text !== '') terms.push(term);
    if (phrase !== undefined && end === '') problems.push('A quotation mark is missing.');
  }
  return {
    terms,
    texts: terms.flatMap(term => (term.kind === 'text' ? [term.text] : [])),
    problem: problems[0] ?? null,
  };
}

/** What a word of the filter asks for, or why it was not understood. */
function termOf(word: string): Term | string {
  const [, name, value = ''] = named.exec(word) ?? [];
  if (name !== undefined) return namedTerm(name.toLowerCase(), value.toLowerCase(), word);
  const [, what, operator, than = ''] = compared.exec(word) ?? [];
  if (what === undefined) return { kind: 'text', text: word.toLowerCase() };
  if (what.toLowerCase() !== 'drift') return notUnderstood(word);
  if (!number.test(than)) return 'drift is compared with a number, such as drift>10 or drift<=-2.';
  return { kind: 'drift', operator: operator as Operator, value: Number(than.replaceAll(',', '')) };
}

function namedTerm(name: string, value: string, word: string): Term | string {
  if (name === 'id') return value === '' ? 'id: needs the beginning of an id.' : { kind: 'id', text: value };
  if (name !== 'cause') return notUnderstood(word);
  if (value === '') return 'cause: needs a cause, such as cause:double-counted.';
  const codes = causes.filter(code => code.includes(value));
  return codes.length > 0 ? { kind: 'cause', codes: new Set(codes) } : `No cause is called ${value}.`;
}

function notUnderstood(word: string): string {
  return `Not understood: ${word}. In quotation marks it is looked for as text.`;
}

/** The filter that finds a text, whatever is in it. */
export function filterFor(text: string): string {
  const isPlain = !/[\s"]/.test(text) && readAnew(text).terms.every(({ kind }) => kind === 'text');
  return isPlain && readAnew(text).problem === null ? text : `"${text.replaceAll('"', '')}"`;
}

/** Whether a drift meets a comparison; NaN meets none. */
export function meets(drift: number, operator: Operator, value: number): boolean {
  switch (operator) {
    case '<':
      return drift < value;
    case '<=':
      return drift <= value;
    case '>':
      return drift > value;
    case '>=':
      return drift >= value;
    case '=':
      return drift === value;
    case '!=':
      return drift < value || drift > value;
  }
}

/** Where texts are in a name, from and to, in order and apart from each other. */
export function matchesIn(name: string, texts: readonly string[]): [from: number, to: number][] {
  const lower = name.toLowerCase();
  // Letters that are longer in lower case would shift what follows them.
  if (texts.length === 0 || lower.length !== name.length) return [];
  const found: [number, number][] = [];
  for (const text of texts)
    for (let at = lower.indexOf(text); at >= 0; at = lower.indexOf(text, at + text.length))
      found.push([at, at + text.length]);
  found.sort(([a], [b]) => a - b);
  const apart: [number, number][] = [];
  for (const [from, to] of found) {
    const before = apart.at(-1);
    if (before && from <= before[1]) before[1] = Math.max(before[1], to);
    else apart.push([from, to]);
  }
  return apart;
}
