import type { MayRun, Writer, WriterEffect } from './effects/writer.ts';

/** The lines that describe a writer: one that names it, and its details. */
interface WriterLines {
  head: string;
  lines: string[];
}

/** Describes a writer in words. The text contains names from the database and is not yet safe to print. */
export function writerLines(writer: Writer): WriterLines {
  const { kind, name, table, does, unreadable, mayRun, securityDefiner, language, expected } = writer;
  const on = table === null || kind === 'view' || kind === 'table' ? '' : ` on ${table}`;
  const fires = firesInWords(writer);
  const runs = securityDefiner === null ? '' : `, runs as ${securityDefiner ? 'its owner' : 'its caller'}`;
  return {
    head: `${kind === 'reference' ? 'foreign key' : kind === 'generated' ? 'generated column' : kind} ${name}${on}${expected ? ' (expected)' : ''}`,
    lines: [
      ...(fires === null ? [] : [`fires: ${fires}`]),
      ...does.map(effect => {
        const way = effect.via.length === 0 ? '' : `, by ${effect.via.join(', then ')}`;
        return `${effectInWords(effect)}${way}: ${effect.statement}`;
      }),
      ...unreadable.map(why => `unreadable, may write: ${why}`),
      `${verbOf(writer)}: ${rolesInWords(mayRun)}${kind === 'view' ? `;${runs.slice(1)}` : language === null ? '' : `; ${language}${runs}`}`,
    ],
  };
}

/** What a writer does, in a few words, such as `adds 1 to comments_count`. */
function effectInWords({ on, verb, action, column, table }: WriterEffect): string {
  if (on === 'derived') return `computes ${column?.name} from the count`;
  if (on === 'records') {
    if (verb === 'truncate') return `empties ${table}`;
    if (action === 'delete') return `deletes from ${table}`;
    if (action === 'update') return `changes ${column?.name ?? 'the row'} of records in ${table}`;
    return verb === 'copy' ? `copies into ${table}` : `inserts into ${table}`;
  }
  if (!column) return `writes every column of ${table}`;
  if (action === 'insert') return `inserts into ${table} with ${column.name}`;
  const { name, how, by } = column;
  const amount = by === null || by === undefined ? '' : ` ${by}`;
  switch (how) {
    case 'adds':
      return `adds${amount} to ${name}`;
    case 'subtracts':
      return `subtracts${amount} from ${name}`;
    case 'counts':
      return `sets ${name} to a number of rows`;
    case 'zero':
      return `sets ${name} to 0`;
    case 'sets':
      return `sets ${name}`;
  }
}

function verbOf({ kind, table }: Writer): string {
  if (kind === 'job') return 'runs as';
  if (kind === 'table' || kind === 'view') return 'may be written by';
  return table === null ? 'may be called by' : 'may be triggered by';
}

/** Who may make it write, in words. */
function rolesInWords({ owner, roles, public: everybody }: MayRun): string {
  if (everybody) return 'everyone (PUBLIC)';
  return [...(owner === null ? [] : [`its owner ${owner}`]), ...roles].join(', ');
}

/** When it runs automatically, in words; null if it must be called. */
function firesInWords({ kind, fires }: Writer): string | null {
  if (!fires) return null;
  const { timing, events, level, enabled, when } = fires;
  const off = enabled === 'origin' ? '' : `, ${enabled}`;
  if (kind === 'job') return `at ${timing}${off}`;
  // `when` says more than the event that it begins with.
  const clauses = events.map(event => (when?.startsWith(event) ? when : event));
  return `${timing} ${clauses.join(' OR ')}${level === null ? '' : `, for each ${level}`}${off}`;
}
