import type { Finding } from '../counter/finding.ts';
import type { UseIdentity } from './read-identity.ts';
import type { AskedIdentity } from './token-claims.ts';
import { isConfirmed, type UseFailure, type UseResult, verdictsOf } from './use-result.ts';

/**
 * What two uses showed. `not-proved`: nothing was wrong that the application's own uses must have, but they may be made otherwise.
 */
export type Verdict = 'confirmed' | 'not-confirmed' | 'not-proved';

interface Shown {
  uses: readonly UseResult[];
  failures: readonly UseFailure[];
  asRole: {
    role: string;
    confirmed: boolean;
    uses: readonly UseResult[];
    failures: readonly UseFailure[];
  } | null;
  /** A role that the application may use but this session may not take on, or null. */
  untried: string | null;
  /** True if a person named the role. */
  asked: boolean;
  /** True if a unique index limits uses: see `verdictsOf`. */
  limited: boolean;
  identity: UseIdentity;
  asks: AskedIdentity;
}

/** The verdict, and what keeps a use from being proved as the application's. */
export function judgeUses(shown: Shown): { verdict: Verdict; doubts: Finding[] } {
  const { uses, limited, asRole, asked } = shown;
  const unknown = doubtsOfIdentity(shown);
  const doubts = [...unknown, ...doubtOfRole(shown)];
  const unmade = uses.length < 2;
  const failed = shown.failures.length > 0;
  const wrong = uses.filter((_, index) => verdictsOf(uses, limited)[index] === 'wrong');
  // A function that finds no user may store nothing: for the right one it may be right.
  const unstored = wrong.every(({ increment, recordsAdded }) => increment === 0 && recordsAdded === 0);
  if (wrong.length > 0 && !(unstored && unknown.length > 0)) return { verdict: 'not-confirmed', doubts };
  if (asked && asRole && isLost(asRole, limited) && unknown.length === 0)
    return { verdict: 'not-confirmed', doubts };
  if (!unmade && !isConfirmed(uses, limited)) doubts.push(nothingNew);
  if (doubts.length > 0) return { verdict: 'not-proved', doubts };
  return { verdict: unmade || failed ? 'not-confirmed' : 'confirmed', doubts };
}

/** What keeps a use from being proved as the application's user's. */
export function doubtsOfIdentity({
  identity,
  asks,
  failures,
  asRole,
  what = 'uses',
}: {
  identity: UseIdentity;
  asks: AskedIdentity;
  failures: readonly { code: string }[];
  asRole: { failures: readonly { code: string }[] } | null;
  /** What was simulated. */
  what?: 'uses' | 'steps';
}): Finding[] {
  const doubts: Finding[] = [];
  const refused = [...failures, ...(asRole?.failures ?? [])].some(({ code }) => code === '42501');
  if (identity.doubt !== null && asks.subject) {
    doubts.push({
      code: 'user-not-proved',
      severity: 'warning',
      message: `The ${what} are not proved as the application's user: ${identity.doubt}.`,
      hint: 'Give both ids, with --as-user for the record and --jwt-claims \'{"sub": "..."}\' for the token.',
    });
  }
  for (const { claim, by, policy } of identity.claims ? [] : asks.claims) {
    if (policy && !refused) continue;
    doubts.push({
      code: 'claim-not-known',
      severity: 'warning',
      message: `The ${what} are not proved as the application's user: ${by} reads the claim ${claim}, and its value is not known.`,
      hint: "Give all claims of the application's token with --jwt-claims JSON.",
    });
  }
  for (const { setting, by } of asks.settings) {
    doubts.push({
      code: 'setting-not-known',
      severity: 'warning',
      message: `The ${what} are not proved as the application's user: ${by} reads the setting ${setting}, which only the application sets.`,
      hint:
        what === 'uses'
          ? 'Watch a use of the application instead (w on the preset).'
          : 'Watch what the application does instead: w in the console, on the screen of a row.',
    });
  }
  return doubts.filter(
    ({ message }, index) => doubts.findIndex(other => other.message === message) === index,
  );
}

/** Where the usual role exists, the application may make its uses as it, and then they are refused or not counted. */
function doubtOfRole({ asRole, asked, untried, limited, ...own }: Shown): Finding[] {
  if (untried !== null) {
    return [
      {
        code: 'role-not-proved',
        severity: 'warning',
        message: `The uses are not proved as the application's: this session may not become ${untried}.`,
        hint: "Connect as a role that is a member of it, or name the application's role with --as-role.",
      },
    ];
  }
  // What this session cannot do either is no question of the role.
  if (!asRole || asked || isLost(own, limited) || !isLost(asRole, limited)) return [];
  return [
    {
      code: 'role-not-proved',
      severity: 'warning',
      message: `The uses are not proved as the application's: as ${asRole.role} they are not confirmed.`,
      hint: 'If the application makes its uses as another role, such as service_role, name it with --as-role.',
    },
  ];
}

/** True if the uses could not be made, or not so that they count once. */
function isLost({ uses, failures }: Pick<Shown, 'uses' | 'failures'>, limited: boolean): boolean {
  return failures.length > 0 || uses.length < 2 || verdictsOf(uses, limited).includes('wrong');
}

const nothingNew: Finding = {
  code: 'nothing-new-recorded',
  severity: 'warning',
  message: 'Each use only updated a record, so no new record was seen to be counted.',
  hint: 'Name a user who has not used this preset yet with --as-user.',
};

const doubtful: ReadonlySet<string> = new Set([
  'user-not-proved',
  'claim-not-known',
  'setting-not-known',
  'role-not-proved',
  'nothing-new-recorded',
]);

/** True for a finding that keeps uses from being proved. */
export function isDoubt({ code }: Pick<Finding, 'code'>): boolean {
  return doubtful.has(code);
}
