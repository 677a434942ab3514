import { extname } from 'node:path';

const languages: readonly (readonly [string, string])[] = [
  ['Python', '.py .pyi .pyw .ipynb'],
  ['Ruby', '.rb .rake .erb .gemspec'],
  ['PHP', '.php .phtml'],
  ['Go', '.go'],
  ['Java', '.java .jsp'],
  ['Kotlin', '.kt .kts'],
  ['C#', '.cs .cshtml .razor'],
  ['F#', '.fs .fsx'],
  ['Visual Basic', '.vb'],
  ['Rust', '.rs'],
  ['Dart', '.dart'],
  ['Elixir', '.ex .exs .eex .heex .leex'],
  ['Erlang', '.erl .hrl'],
  ['Gleam', '.gleam'],
  ['Swift', '.swift'],
  ['Scala', '.scala .sc'],
  ['Clojure', '.clj .cljs .cljc'],
  ['Groovy', '.groovy .gradle'],
  ['Perl', '.pl .pm'],
  ['Lua', '.lua'],
  ['R', '.r .rmd'],
  ['Julia', '.jl'],
  ['Haskell', '.hs'],
  ['OCaml', '.ml .mli'],
  ['ReScript', '.res .resi'],
  ['Elm', '.elm'],
  ['CoffeeScript', '.coffee'],
  ['Crystal', '.cr'],
  ['Nim', '.nim'],
  ['Zig', '.zig'],
  ['C and C++', '.c .h .cc .cpp .cxx .hpp'],
  ['Objective-C', '.m .mm'],
  ['PowerShell', '.ps1 .psm1'],
  ['Batch', '.bat .cmd'],
  ['HTML', '.html .htm'],
  ['template', '.ejs .hbs .mustache .pug .liquid .twig .njk'],
  ['MDX', '.mdx'],
];

const byEnding = new Map(
  languages.flatMap(([name, endings]) => endings.split(' ').map(ending => [ending, name] as const)),
);

/** The language of a file that may hold code but is not read; null for other files. */
export function unreadLanguage(path: string): string | null {
  return byEnding.get(extname(path).toLowerCase()) ?? null;
}

/** The language of a script by its first line; null if that does not say, or is read. */
export function scriptLanguage(firstLine: string): string | null {
  const program = /^#!.*?\b(python|ruby|php|perl|lua|Rscript|elixir|escript|pwsh)[\d.]*\b/.exec(
    firstLine,
  )?.[1];
  const names: Record<string, string> = { Rscript: 'R', escript: 'Erlang', pwsh: 'PowerShell', php: 'PHP' };
  return program ? (names[program] ?? program.charAt(0).toUpperCase() + program.slice(1)) : null;
}
