import type { Database } from '../../connection/transactions.ts';
import type { InspectedDatabase } from '../../counter/inspect-database.ts';
import { exitCodes } from '../../errors/errors.ts';
import { iso } from '../../format/numbers.ts';
import { displayText } from '../../format/text.ts';
import { isSound, type Simulation } from '../../simulation/simulation.ts';
import type { CounterSimulation } from '../../simulation/steps/counter-steps.ts';
import { databaseInfo } from '../output/database-info.ts';
import { counterHead } from '../output/document-head.ts';
import { findingLines, tenths, warningLines } from '../output/findings.ts';
import type { Outcome } from '../output/outcome.ts';

/** What a simulation of presets says, and one of another counter says otherwise. */
interface Own {
  /** Keys of the JSON: what it was about, what was done, and the same as the other role. */
  about: object;
  done: object;
  asRole: object | null;
  /** The text: one sentence, and the lines under it. */
  headline: string;
  lines: readonly string[];
}

/** A simulation as the outcome of a command. Exit code 1 where it is not sound. */
export async function simulationOutcome(
  database: Database,
  inspected: InspectedDatabase,
  shown: Simulation | CounterSimulation,
  { about, done, asRole, headline, lines }: Own,
  signal: AbortSignal,
): Promise<Outcome> {
  const { takenAt, asUser, subject, subjectFrom, verdict, confirmed, failures, findings, warnings } = shown;
  const text = [
    databaseInfo(inspected, database).line,
    `${headline} All of it was rolled back.`,
    '',
    ...lines,
    ...warningLines(warnings),
    ...findingLines(findings),
  ];
  return {
    json: {
      ...(await counterHead(inspected, database, signal)),
      takenAt: iso(takenAt),
      ...about,
      ...{ asUser, subject, subjectFrom, verdict, confirmed, committed: false },
      ...done,
      ...{ failures, findings, warnings, asRole },
      waitedMs: tenths(shown.waitedMs),
      heldMs: tenths(shown.heldMs),
    },
    text: text.map(displayText).join('\n'),
    exitCode: isSound(shown) ? exitCodes.healthy : exitCodes.unhealthy,
  };
}
