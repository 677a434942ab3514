/** The line of a JSON text, from 1, on which the value at a path begins; for a path that is not there, that of what holds it. */
export function lineOf(text: string, path: readonly PropertyKey[]): number {
  const tokens = [...text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)];
  let best = 0;
  let longest = -1;
  let place = 0;
  const note = (here: readonly PropertyKey[], offset: number) => {
    if (here.length <= longest || !here.every((part, index) => String(part) === String(path[index]))) return;
    longest = here.length;
    best = offset;
  };
  const visit = (here: readonly PropertyKey[]): void => {
    const token = tokens[place];
    if (!token) return;
    note(here, token.index);
    place += 1;
    const close = token[0] === '{' ? '}' : token[0] === '[' ? ']' : null;
    if (close === null) return;
    for (let index = 0; place < tokens.length && tokens[place]?.[0] !== close; index += 1) {
      let key: PropertyKey = index;
      if (close === '}') {
        key = JSON.parse(tokens[place]?.[0] ?? '""') as string;
        note([...here, key], tokens[place]?.index ?? 0);
        place += 2;
      }
      visit([...here, key]);
      if (tokens[place]?.[0] === ',') place += 1;
    }
    place += 1;
  };
  visit([]);
  return text.slice(0, best).split('\n').length;
}

/** A path as a person writes it: `counters[1].records.where`. */
export function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`,
    )
    .join('');
}

const scalar = /^(?:"(?:[^"\\\n]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)$/;

/** The line, from 1, on which a text ceases to be JSON. */
export function lineOfFault(text: string): number {
  const tokens = [...text.matchAll(/"(?:[^"\\\n]|\\.)*"?|[{}[\],:]|[^\s{}[\],:"]+/g)];
  let place = 0;
  const now = () => tokens[place]?.[0] ?? '';
  const is = (wanted: string) => {
    if (now() !== wanted) return false;
    place += 1;
    return true;
  };
  // Each stays at the token that is wrong.
  const value = (): boolean => {
    if (is('{')) return is('}') || (list(member) && is('}'));
    if (is('[')) return is(']') || (list(value) && is(']'));
    if (!scalar.test(now())) return false;
    place += 1;
    return true;
  };
  const member = () => {
    if (!/^".*"$/.test(now())) return false;
    place += 1;
    return is(':') && value();
  };
  const list = (item: () => boolean) => {
    do if (!item()) return false;
    while (is(','));
    return true;
  };
  value();
  const offset = tokens[place]?.index ?? text.trimEnd().length;
  return text.slice(0, offset).split('\n').length;
}
