import type { CounterDefinition } from '../counter/definition/definition.ts';
import type { Finding } from '../counter/finding.ts';
import { amount } from '../format/plurals.ts';
import { dailyIndexName, trackName } from '../trigger/expected-names.ts';
import type { TriggerHealth } from '../trigger/health.ts';
import type { UsePath } from './usage-call.ts';
import { type UseFailure, type UseResult, verdictsOf } from './use-result.ts';

/** Everything that an explanation is based on. */
interface UseEvidence {
  path: UsePath;
  uses: readonly UseResult[];
  failures: readonly UseFailure[];
  health: TriggerHealth;
  /** `session_replication_role` of the session. */
  replicationRole: string;
  definition: Pick<CounterDefinition, 'row' | 'record'>;
  /** True if the function for a use returns rows of no declared columns. */
  undeclared?: boolean;
}

/** Why uses did not count exactly once each, from their results and the catalog; empty if they did. */
export function explainUse(evidence: UseEvidence): Finding[] {
  const { uses, failures, health, definition } = evidence;
  const findings = failures.map(failure => explainFailure(failure, evidence));
  // The second use nearly always does the same as the first: one explanation is enough.
  const verdicts = verdictsOf(uses, limitsUsesOf(health));
  const made = uses.filter((_, index) => verdicts[index] !== 'unchanged');
  const odd = made.find(({ increment, recordsAdded }) => increment !== 1 || recordsAdded !== 1);
  if (odd) findings.push(...explainNumbers(odd, evidence));
  else if (made.some(({ lastUsedAtMoved }) => lastUsedAtMoved === false)) {
    findings.push({
      code: 'last-used-not-moved',
      severity: 'error',
      message: `The use was counted, but ${definition.row.touched} did not change.`,
      hint: "The trigger's function should set it; the migration's does.",
    });
  }
  const unchanged = uses.filter((_, index) => verdicts[index] === 'unchanged');
  if (unchanged.some(({ recordsUpdated }) => recordsUpdated)) findings.push(updatedOnly);
  if (unchanged.some(({ recordsUpdated }) => !recordsUpdated))
    findings.push(notStored, ...causes(health, limitsUses));
  if (failures.some(({ code }) => code === '23505')) findings.push(...causes(health, limitsUses));
  return unique(findings);
}

const updatedOnly: Finding = {
  code: 'use-updated-record',
  severity: 'info',
  message: 'A use updated a record that was there before, and the count rightly stayed as it is.',
  hint: 'That is how ON CONFLICT DO UPDATE works: a repeated use is no new record.',
};

const notStored: Finding = {
  code: 'second-use-not-stored',
  severity: 'warning',
  message: 'The second use of the same preset stored no record, and the count rightly stayed as it is.',
  hint: 'A unique index limits uses, as ON CONFLICT DO NOTHING needs: drop it unless that is intended.',
};

/** True if a unique index may keep a repeated use from being stored. */
export function limitsUsesOf({ findings }: TriggerHealth): boolean {
  return findings.some(({ code }) => limitsUses.includes(code));
}

const limitsUses = ['daily-limit', 'unique-limits-uses'];
const countsNothing = [
  'trigger-missing',
  'trigger-wrong-table',
  'trigger-disabled',
  'trigger-replica-only',
  'trigger-not-on-insert',
  'trigger-condition',
  'statement-without-transition-table',
  'function-missing',
  'function-does-not-count',
  'function-unreadable',
  'function-counts-otherwise',
  'function-invoker',
  'presets-trigger-writes-count',
];
const countsMore = [
  'second-counter',
  'track-counts-too',
  'trigger-before',
  'presets-trigger-writes-count',
  'other-writer',
  'function-counts-otherwise',
  'function-other',
];

function explainNumbers(
  use: UseResult,
  { health, replicationRole, path, definition }: UseEvidence,
): Finding[] {
  const { count } = definition.row;
  const { increment, recordsAdded, recordsUpdated } = use;
  if (!Number.isFinite(increment)) {
    return [
      {
        code: 'count-is-no-number',
        severity: 'error',
        message: `${count} is ${use.before}, and adding to it leaves ${use.after}, so no use is counted.`,
        hint: `Set it to its number of records by hand: UPDATE ... SET ${count} = ... WHERE ...`,
      },
    ];
  }
  const numbers = `${count} ${use.before ?? 'NULL'} to ${use.after ?? 'NULL'}, ${amount(recordsAdded, 'record')}${recordsUpdated ? ` added, ${recordsUpdated} updated` : ''}`;
  const found: Finding[] = [];
  if (recordsAdded === 0 && recordsUpdated) {
    found.push({
      code: 'update-counted',
      severity: 'error',
      message: `The use updated a record instead of adding one, and was counted (${numbers}).`,
      hint: 'A BEFORE trigger fires before ON CONFLICT is decided: make the counting trigger fire AFTER the insert.',
    });
  } else if (recordsAdded === 0) {
    found.push({
      code: 'use-not-recorded',
      severity: 'error',
      message: `The use left no record (${numbers}).`,
      hint:
        path === trackName
          ? `${trackName}() returned without inserting, or its insert was swallowed: look for ON CONFLICT DO NOTHING, an EXCEPTION block that hides an error, a BEFORE trigger that returns NULL, or a rule.`
          : 'The insert was swallowed: look for a BEFORE trigger that returns NULL, or a rule on the table.',
    });
  } else if (recordsAdded > 1) {
    found.push({
      code: 'use-recorded-too-often',
      severity: 'error',
      message: `One use left ${recordsAdded} records (${numbers}).`,
      hint: `Something inserts again: check ${trackName}() and the other triggers.`,
    });
  }
  if (increment > recordsAdded) {
    found.push(
      {
        code: 'use-counted-too-often',
        severity: 'error',
        message: `The use was counted ${increment} times (${numbers}).`,
        hint: 'Something else counts too; what the catalog shows about it follows.',
      },
      ...causes(health, countsMore),
    );
  } else if (increment < recordsAdded) {
    const why = causes(health, countsNothing);
    found.push({
      code: increment < 0 ? 'count-went-down' : 'use-not-counted',
      severity: 'error',
      message: `The use was recorded but not counted${recordsAdded > 1 ? ' as often' : ''} (${numbers}).`,
      hint:
        why.length > 0
          ? 'What the catalog shows as the reason follows.'
          : "The catalog shows no reason: go through the trigger's function step by step.",
    });
    if (replicationRole !== 'origin') {
      found.push({
        code: 'replication-role',
        severity: 'error',
        message: `session_replication_role is ${replicationRole} for this role or database: ordinary triggers do not fire.`,
        hint: 'ALTER ROLE ... RESET session_replication_role, or ALTER DATABASE, wherever it is set.',
      });
    }
    found.push(...why);
  }
  return found;
}

function explainFailure(
  failure: UseFailure,
  { health, definition, undeclared = false }: UseEvidence,
): Finding {
  const { path, use, message, code, constraint, where } = failure;
  const by = path === 'insert' ? `The insert into ${definition.record.table}` : `${trackName}()`;
  const place = [
    constraint === null ? null : `constraint ${constraint}`,
    where === null ? null : `in ${where}`,
  ].filter(part => part !== null);
  const again = use === 2 ? ' for the same preset again' : '';
  return {
    code: use === 2 && code === '23505' ? 'second-use-refused' : 'use-failed',
    severity: 'error',
    message: `${by} failed${again}: ${message} (SQLSTATE ${code}${place.length > 0 ? `, ${place.join(', ')}` : ''}).`,
    hint: misfitHint(failure) ?? failureHint(failure, health, undeclared),
  };
}

// The server's message may be in any language, and puts names in that language's quotes.
const quotes =
  /"([^"]+)"|\u00ab([^\u00bb]+)\u00bb|\u00bb([^\u00ab]+)\u00ab|\u201e([^\u201c\u201d]+)[\u201c\u201d]|\u201c([^\u201d]+)\u201d/g;

function quotedIn(message: string): string[] {
  return Array.from(
    message.matchAll(quotes),
    ([, ...names]) => names.find(name => name !== undefined)?.trim() ?? '',
  );
}

/** What no longer fits, if the server's error says so: which column or table, and in which function. */
function misfitHint({ code, message, where, column, table, path }: UseFailure): string | null {
  const [first, second] = quotedIn(message);
  const routine = where?.replace(/ line \d+.*$/, '');
  const who = routine ?? (path === 'insert' ? "this console's insert" : `${trackName}()`);
  if (code === '42703' && first !== undefined) {
    const [lacking, lost] =
      first === 'new' || first === 'old' ? ['the record', second ?? '?'] : [second ?? 'its table', first];
    return `${who} names the column ${lost}, which ${lacking} does not have: add the column again, or update the function.`;
  }
  if (code === '42P01' && first !== undefined) {
    return `${who} names the table ${first}, which does not exist or is not in its search_path: update the function, or give it a search_path.`;
  }
  if (code === '23502' && column !== null) {
    const remedy =
      path === 'insert'
        ? 'this console found no value for it in a recent record and cannot guess one'
        : `give ${column} a default, or set it in the function`;
    return `${who} leaves ${table ?? 'the table'}.${column} without a value, but it is NOT NULL: ${remedy}.`;
  }
  return null;
}

function failureHint(
  { code, use, path, where }: UseFailure,
  health: TriggerHealth,
  undeclared: boolean,
): string {
  const cannot = 'This does not mean that uses fail: watch one of the application instead (w on the preset).';
  if (code === '2D000')
    return `It commits or rolls back its own transaction, so a simulation of it could not be rolled back. ${cannot}`;
  // Only a call that lists the columns works; others are a feature that is not supported.
  if (path === trackName && undeclared && code === '0A000')
    return `It returns rows whose columns are not declared, so only a call that lists them works, as the application's may do. ${cannot}`;
  if (code === '23505') {
    return use === 2
      ? `A unique index refuses the second use. Unless uses are meant to be limited, drop it; the migration drops ${dailyIndexName}.`
      : 'A unique index refuses this use because there was one already: unless uses are meant to be limited, drop it.';
  }
  if (code === '23503') return 'What it refers to does not exist: name an existing user with --as-user.';
  if (code === '42501') return "If the application's role lacks this right too, its uses are lost.";
  if (code === '57014') return "It took longer than a simulation may hold the preset's row.";
  if (code === '55P03') return 'Another session holds a lock that a use needs: try again.';
  if (code === '23502')
    return "If the user is missing, name one with --as-user. Otherwise the application's own uses fail as well, and are lost.";
  if (code === '23514' && where !== null && path === 'insert')
    return `What ${where.replace(/ line \d+.*$/, '')} writes is not allowed by that constraint: the application's own uses fail as well, and are lost.`;
  if (code === '22P02' || code === '23514')
    return "This console may have guessed a value badly. If the application's own uses fail as well, they are lost.";
  return health.healthy
    ? 'A use of the application fails the same way, and is lost: fix what raised the error.'
    : "A use of the application fails the same way, and is lost: the trigger's findings say more.";
}

function causes(health: TriggerHealth, codes: readonly string[]): Finding[] {
  return health.findings.filter(({ code }) => codes.includes(code));
}

function unique(findings: Finding[]): Finding[] {
  return findings.filter(
    ({ code, message }, index) =>
      findings.findIndex(other => other.code === code && other.message === message) === index,
  );
}
