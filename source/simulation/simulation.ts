import type { CounterDefinition } from '../counter/definition/definition.ts';
import type { Finding } from '../counter/finding.ts';
import { trackName } from '../trigger/expected-names.ts';
import type { SideEffect } from '../trigger/side-effects.ts';
import type { UsageRoutine, UsePath } from './usage-call.ts';
import type { UseFailure, UseResult } from './use-result.ts';
import type { Verdict } from './verdict.ts';

/** The result of a simulation. Times in milliseconds. */
export interface Simulation {
  /** The counter whose uses they were. */
  counter: CounterDefinition;
  preset: { id: string; name: string };
  path: UsePath;
  asUser: string | null;
  /** The subject of the token that the uses were made with, and the column it was found in if it is another id. */
  subject: string | null;
  subjectFrom: string | null;
  /** Of the application's uses: not confirmed either if the function for a use fails. */
  verdict: Verdict;
  /** Of the way that the uses were made. */
  confirmed: boolean;
  uses: UseResult[];
  failures: UseFailure[];
  findings: Finding[];
  /** What the server warned of or noted while the uses ran, such as an error that a trigger swallows. */
  warnings: UseWarning[];
  /** The same two uses as another role; null if none was tried. */
  asRole: { role: string; confirmed: boolean; uses: UseResult[]; failures: UseFailure[] } | null;
  /** How long it waited for the preset's row, and held it. */
  waitedMs: number;
  heldMs: number;
  takenAt: number;
}

/** A warning or notice of the server. */
export interface UseWarning {
  severity: string;
  code: string;
  message: string;
  where: string | null;
}

/** True if a simulation showed no error: this decides the exit code of `simulate`. */
export function isSound({ verdict, findings }: Pick<Simulation, 'verdict' | 'findings'>): boolean {
  return verdict === 'confirmed' && findings.every(({ severity }) => severity !== 'error');
}

/** How a simulation was made. */
export interface UseContext {
  /** The way the uses were made, and the one tried first. */
  path: Simulation['path'];
  firstPath: Simulation['path'];
  /** The other role, if any; `asked` if a person named it. */
  role: { name: string; allowed: boolean; asked: boolean } | null;
  /** This session's own role. */
  own: string;
  asRole: Simulation['asRole'];
  confirmed: boolean;
  /** Functions that were not called because of their owner. */
  strangers: readonly Pick<UsageRoutine, 'identity' | 'stranger'>[];
  /** The application's source, if nothing in it calls the function that is there. */
  uncalledIn: string | null;
  /** Functions of the usual name that write other tables. */
  others: readonly { name: string; table: string }[];
  /** The user that the uses were made as, and the users that their records name. */
  user: string | null;
  recorded: readonly (string | null)[];
  reach: readonly SideEffect[];
  unknown: readonly SideEffect[];
  sequences: readonly string[];
}

/** The findings that come from how a simulation was made. */
export function explainCircumstances(circumstances: UseContext): Finding[] {
  const { path, firstPath, own, strangers, others, uncalledIn, user, recorded, reach, unknown, sequences } =
    circumstances;
  return [
    ...(path === 'insert' && firstPath === trackName ? [fellBack] : []),
    ...(uncalledIn !== null ? [notUsed(uncalledIn)] : []),
    ...(firstPath === 'insert' && strangers.length === 0 && uncalledIn === null ? [noFunction] : []),
    ...strangers.map(routine => notCalled(routine, own)),
    ...others.map(ofOtherTables),
    ...explainUser(user, recorded),
    ...roleFindings(circumstances),
    ...explainReach({ reach, unknown, sequences }),
  ];
}

/** What a rollback may not undo. */
export function explainReach({
  reach,
  unknown,
  sequences,
}: Pick<UseContext, 'reach' | 'unknown' | 'sequences'>): Finding[] {
  return [
    ...reach.map(reaches),
    ...unknown.map(notKnown),
    ...(sequences.length > 0 ? [sequencesMoved(sequences)] : []),
  ];
}

/** A record that names another user than the one that the use was made as. */
export function explainUser(user: string | null, recorded: readonly (string | null)[]): Finding[] {
  const other = recorded.find(each => each?.toLowerCase() !== user?.toLowerCase());
  if (user === null || other === undefined) return [];
  return [
    {
      code: 'other-user-recorded',
      severity: 'warning',
      message: `The use was made as ${user}, but its record names ${other ?? 'nobody'}.`,
      hint: `Check where ${trackName}(), a default or a trigger takes the user from.`,
    },
  ];
}

function roleFindings({ role, own, asRole, confirmed }: UseContext): Finding[] {
  if (role && !role.allowed) {
    return [
      {
        code: 'role-not-tried',
        severity: 'info',
        message: `There is a role ${role.name}, but this session may not become it, so its uses were not tried.`,
        hint: `GRANT ${role.name} TO ${own}, or connect as a role that is a member of it.`,
      },
    ];
  }
  if (!asRole || !role || asRole.confirmed === confirmed) return [];
  const [failure] = asRole.failures;
  const [use] = asRole.uses;
  const what = failure
    ? `fails: ${failure.message} (SQLSTATE ${failure.code})`
    : `${asRole.confirmed ? 'counts' : `adds ${use?.increment ?? 0} to the count and ${use?.recordsAdded ?? 0} records`}`;
  return [
    {
      code: 'role-differs',
      severity: role.asked ? 'error' : 'warning',
      message: `As ${role.name} a use ${what}.`,
      hint: `If the application makes its uses as ${role.name}, this happens to them. ${own} is not limited by the rights and policies of ${role.name}.`,
    },
  ];
}

const fellBack: Finding = {
  code: 'fell-back-to-insert',
  severity: 'warning',
  message: `The uses were made by a plain insert, because ${trackName}() failed.`,
  hint: 'They show whether the trigger counts. Uses that the application makes through the function are lost.',
};

const noFunction: Finding = {
  code: 'no-track-function',
  severity: 'info',
  message: `The uses were made by a plain insert: there is no ${trackName}() that takes a preset.`,
  hint: 'If the application calls such a function, its uses fail.',
};

function notUsed(directory: string): Finding {
  return {
    code: 'track-not-used',
    severity: 'info',
    message: `Nothing in ${directory} calls ${trackName}(), so the uses were made by a plain insert.`,
    hint: 'A fault of that function is then no fault of the counter.',
  };
}

function notCalled(
  { identity, stranger }: Pick<UsageRoutine, 'identity' | 'stranger'>,
  own: string,
): Finding {
  return {
    code: 'track-not-called',
    severity: 'warning',
    message: `${identity} was not called: its owner ${stranger} does not own the tables, and it would run with the rights of ${own}.`,
    hint: `If it is the application's, give it to the owner of the tables with ALTER ROUTINE ... OWNER TO; if you do not know it, drop it.`,
  };
}

function ofOtherTables({ name, table }: UseContext['others'][number]): Finding {
  return {
    code: 'track-of-other-tables',
    severity: 'info',
    message: `${name} was not called: it inserts into ${table}, not into the records of this counter.`,
    hint: 'To simulate its uses, name its schema with --schema.',
  };
}

function reaches({ function: name, means }: SideEffect): Finding {
  return {
    code: 'reaches-outside',
    severity: 'warning',
    message: `${name} can reach outside the transaction (${means}).`,
    hint: 'What it did there was not rolled back.',
  };
}

function notKnown({ function: name, means }: SideEffect): Finding {
  return {
    code: 'reach-unknown',
    severity: 'info',
    message: `${name} may have done what no rollback can undo: ${means}.`,
    hint: 'The console could not read all of it. Check what it does before you rely on the rollback.',
  };
}

function sequencesMoved(sequences: readonly string[]): Finding {
  return {
    code: 'sequence-advanced',
    severity: 'info',
    message: `Numbers were taken from ${sequences.join(', ')}, and a rollback does not return them.`,
    hint: "The next record's number leaves a gap; nothing else is left behind.",
  };
}
