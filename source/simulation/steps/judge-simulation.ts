import type { CounterDefinition } from '../../counter/definition/definition.ts';
import type { Finding } from '../../counter/finding.ts';
import type { UseIdentity } from '../read-identity.ts';
import type { AskedIdentity } from '../token-claims.ts';
import { doubtsOfIdentity, type Verdict } from '../verdict.ts';
import { areRight, type CounterSimulation, isWrong, type StepsAs } from './counter-steps.ts';
import { isKeptElsewhere } from './explain-steps.ts';

interface Shown {
  own: StepsAs;
  asRole: CounterSimulation['asRole'];
  role: { name: string; allowed: boolean; asked: boolean } | null;
  definition: CounterDefinition;
  identities: readonly UseIdentity[];
  asks: AskedIdentity;
}

/** The verdict on all steps, and what keeps them from being proved as the application's. */
export function judgeSimulation(shown: Shown): { verdict: Verdict; doubts: Finding[] } {
  const { own, asRole, role, definition, identities, asks } = shown;
  const [identity] = identities;
  const doubts = [
    ...(identity ? doubtsOfIdentity({ identity, asks, failures: own.failures, asRole, what: 'steps' }) : []),
    ...doubtOfRole(own, asRole, role),
  ];
  if (own.steps.some(isWrong) && !isKeptElsewhere(own, definition))
    return { verdict: 'not-confirmed', doubts };
  if (asRole && role?.asked && !asRole.confirmed && areRight(own))
    return { verdict: 'not-confirmed', doubts };
  return { verdict: areRight(own) && doubts.length === 0 ? 'confirmed' : 'not-proved', doubts };
}

/** Where the usual role exists, the application may work as it, and then its records may be refused or not counted. */
function doubtOfRole(own: StepsAs, asRole: CounterSimulation['asRole'], role: Shown['role']): Finding[] {
  if (role && !role.allowed) {
    return [
      {
        code: 'role-not-proved',
        severity: 'warning',
        message: `The steps are not proved as the application's: this session may not become ${role.name}.`,
        hint: "Connect as a role that is a member of it, or name the application's role with --as-role.",
      },
    ];
  }
  if (!asRole || role?.asked || asRole.confirmed || !areRight(own)) return [];
  return [
    {
      code: 'role-not-proved',
      severity: 'warning',
      message: `The steps are not proved as the application's: as ${asRole.role} they are not all right.`,
      hint: 'If the application works as another role, such as service_role, name it with --as-role.',
    },
  ];
}
