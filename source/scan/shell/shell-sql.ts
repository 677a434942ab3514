import { isCounter } from '../names.ts';
import { withNames } from '../subject.ts';
import { type ShellCommand, type ShellWord, shellCommands } from './shell-words.ts';

/** What a script does to the counter: SQL that it passes to a client, and requests to PostgREST. */
interface ShellReading {
  sql: ShellWord[];
  requests: { at: number; text: string; routine: string | null }[];
}

const statement =
  /^\s*(?:(?:--|\\)[^\n]*\n\s*|\/\*[\s\S]*?\*\/\s*)*(?:update|insert|merge|with|select|call|do|create|alter|drop|begin|truncate|delete|set|\\{0,2}copy)\b/i;

/** Reads a shell script. SQL that is only printed is not run. */
export function readShell(script: string): ShellReading {
  const commands = shellCommands(script);
  const reading: ShellReading = { sql: [], requests: [] };
  for (const command of commands) {
    const request = requestOf(command);
    if (request) reading.requests.push(request);
    else if (runs(command)) {
      for (const word of [...command.words, ...command.fed]) {
        const { text, at } = withoutAssignment(word);
        if (statement.test(text)) reading.sql.push({ text: withoutVariables(text), at });
      }
    }
  }
  return reading;
}

/** Output is for people, unless it goes into a pipe or a SQL file: then it is for a client. */
function runs({ words, piped, writesTo }: ShellCommand): boolean {
  const [name] = words;
  if (!name || !/^(echo|printf|cat|log|info|warn|error|die|fail|say|print|usage|:)$/.test(name.text))
    return true;
  return piped || (writesTo !== null && /\.sql$/.test(writesTo));
}

// SQL="UPDATE ...", --command=UPDATE ...
function withoutAssignment({ text, at }: ShellWord): ShellWord {
  const assigned = /^(?:[A-Za-z_]\w*\+?=|--\w[\w-]*=|-c)(?=\S|\s)/.exec(text)?.[0].length ?? 0;
  return { text: text.slice(assigned), at: at + assigned };
}

/** Replaces variables with parameters of the same length, so that offsets stay valid. */
function withoutVariables(text: string): string {
  return text.replace(/\$\{[^}]*\}|\$\([^)]*\)|\$[A-Za-z_]\w*|(?<!\$)\$\d(?!\d)/g, found =>
    '$1'.padEnd(found.length),
  );
}

function requestOf({ words, fed }: ShellCommand): ShellReading['requests'][number] | null {
  const [name] = words;
  const client = words.find(({ text }) => /^(curl|http|https|xh|wget)$/.test(text));
  if (!name || !client) return null;
  const all = [...words, ...fed].map(({ text }) => text);
  const address = all.find(text => /\/rest\/v1\/|\/rpc\/\w/.test(text) || filtered().test(text));
  if (address === undefined) return null;
  const routine = /\/rpc\/(\w+)/.exec(address)?.[1] ?? null;
  const text = all.join(' ');
  if (routine !== null) return { at: client.at, text, routine };
  const patches = all.some(each => /^(PATCH|PUT)$/i.test(each) || /^(-X|--request=)(PATCH|PUT)$/i.test(each));
  const merges = all.some(each => /merge-duplicates/.test(each));
  if (!ofTable().test(address) || !(patches || merges)) return null;
  const names = all.flatMap(each =>
    [...each.matchAll(/["']?(\w+)["']?\s*[:=]/g)].map(([, key]) => key ?? ''),
  );
  return names.some(isCounter) ? { at: client.at, text, routine: null } : null;
}

const filtered = withNames(({ table }) => new RegExp(`\\/${table}\\?\\w+=`));
const ofTable = withNames(({ table }) => new RegExp(`\\/${table}(\\?|$)`));
