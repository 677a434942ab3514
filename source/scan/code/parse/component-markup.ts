/** A piece of code in the markup of a component: a handler, or a callback that a child is given. */
interface MarkupCode {
  /** Where it begins and ends in the file, without its quotes or braces. */
  from: number;
  to: number;
  /** True if it may be statements, as in Vue's `@click="a(); b()"`; else it is an expression. */
  statements: boolean;
  /** True if nothing closes its brace; it ends with the file. */
  open?: boolean;
}

/** The code in the markup of a component that may run something. Scripts and styles of `text` must be blanked out. */
export function markupCode(file: string, text: string): MarkupCode[] {
  return file.endsWith('.vue') ? inAttributes(text) : inBraces(text);
}

// Vue: @click="...", v-on:click="...", :save="() => ...", v-on="{ click: ... }"
function inAttributes(text: string): MarkupCode[] {
  const found = text.matchAll(
    /[\s(,](@[\w:.[\]-]+|v-on(?::[\w:.[\]-]+)?|:[\w:.-]+|v-bind:[\w:.-]+)=("|')([\s\S]{0,5000}?)\2/g,
  );
  return [...found].flatMap(({ index, 0: whole, 1: name = '', 3: code = '' }) => {
    const from = index + whole.length - 1 - code.length;
    const handles = /@|v-on:/.test(name);
    return handles || /=>|function|v-on$/.test(name === 'v-on' ? name : code)
      ? [{ from, to: from + code.length, statements: handles }]
      : [];
  });
}

const runs = /=>|\(|`/;
// Each of them is searched for to the end of the file.
const mostOpen = 50;

// Svelte and Astro: on:click={...}, onclick={...}, save={() => ...}, {#await ...}, {#each ...}, {@const ...}
function inBraces(text: string): MarkupCode[] {
  const found: MarkupCode[] = [];
  let open = 0;
  for (let at = text.indexOf('{'); at !== -1 && open < mostOpen; at = text.indexOf('{', at + 1)) {
    const end = closing(text, at);
    if (end === null) {
      open += 1;
      found.push({ from: at + 1, to: text.length, statements: false, open: true });
      continue;
    }
    const code = text.slice(at + 1, end);
    if (runs.test(code) && !/^\s*[#:/@]/.test(code)) found.push({ from: at + 1, to: end, statements: false });
    const awaited =
      /^(\s*(?:#(?:await|key|if|each)|:else if|@(?:const|html|render|attach))\s)([\s\S]*?)(?:\s(?:then|as)\b[\s\S]*)?$/.exec(
        code,
      );
    if (awaited?.[1] && awaited[2] && runs.test(awaited[2])) {
      const from = at + 1 + awaited[1].length;
      found.push({ from, to: from + awaited[2].length, statements: false });
    }
    at = end;
  }
  return found;
}

/** Where the brace at `start` is closed; null if it is not. */
function closing(text: string, start: number): number | null {
  let depth = 0;
  // Strings and comments may have braces of their own.
  const tokens =
    /[{}]|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*|\/\*[\s\S]*?\*\/|`(?:[^`\\]|\\.)*`/g;
  tokens.lastIndex = start;
  for (let token = tokens.exec(text); token; token = tokens.exec(text)) {
    if (token[0] === '{') depth += 1;
    if (token[0] === '}') depth -= 1;
    if (depth === 0) return token.index;
  }
  return null;
}
