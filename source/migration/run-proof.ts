import { givenSetting, resultSetting } from '../connection/block-settings.ts';
import { endedEarly } from '../connection/deadlines.ts';
import type { Database } from '../connection/transactions.ts';
import { databaseError, isConsoleError } from '../errors/errors.ts';
import { judgeProof, type MigrationProof, type ProofEvent, proofEvents, unproved } from './proof.ts';
import type { ProofPlan } from './read-proof-plan.ts';
import { proofBlock, toProofAnswer } from './sql/proof-block.ts';

// In seconds: the longest that the table may be locked, whatever --timeout allows for reads.
const longestHold = 2;

/**
 * Plays what happens to records, today and after `statements`, in a transaction that is rolled back. Where a lock, a timeout or an
 * error of the statements is in the way, nothing is proved and the reason says why. Rejects only if the connection is lost.
 */
export async function runProof(
  database: Database,
  { parts, values }: ProofPlan,
  statements: readonly string[],
  signal?: AbortSignal,
): Promise<MigrationProof> {
  const { timeout, lockTimeout } = database.timeouts;
  const longest = Math.min(timeout, lockTimeout + longestHold);
  let early = false;
  let text: string | null | undefined;
  try {
    text = await database.write(
      async ({ rows, script, ownPath }) => {
        await rows('SELECT set_config($1, $2, true)', [
          givenSetting,
          JSON.stringify({ ...values, path: ownPath, statements }),
        ]);
        const asked = performance.now();
        const [row] = (await script(
          // The driver ends the empty transaction that is chained: without one the server would log a warning.
          `${proofBlock(parts)}; SELECT current_setting('${resultSetting}', true) AS answer; ROLLBACK AND CHAIN`,
        )) as { answer: string | null }[];
        early = endedEarly(asked, longest);
        return row?.answer;
      },
      { timeout: longest, lockTimeout, signal },
    );
  } catch (error) {
    // Such as an EVENT TRIGGER that does not let the block run at all: that is for the migration itself to say.
    if (isConsoleError(error) && error.code === 'server-error') return unproved(error.message);
    throw error;
  }
  if (!text)
    throw databaseError(Object.assign(new Error('lost'), { code: 'CONNECTION_CLOSED' }), database.place);
  const { before, after, error } = toProofAnswer(text);
  if (error) return unproved(obstacle(error.code, early) ?? `the server refuses it: ${error.message}`);
  return judgeProof(
    proofEvents.flatMap((event: ProofEvent) => {
      const [today, then] = [before?.[event], after?.[event]];
      return today && then ? [{ event, before: today, after: then }] : [];
    }),
  );
}

/** What was in the way of a proof, with this SQLSTATE, `early` if its timeout was not over; undefined for an error of the statements. */
export function obstacle(code: string, early: boolean): string | undefined {
  return code === '57014' && early ? 'somebody cancelled it; try again' : obstacles[code];
}

const obstacles: Record<string, string> = {
  '55P03': 'other sessions hold a lock that it needs; try again',
  '40P01': 'it and another session waited for each other; try again',
  '57014': 'it took longer than it may hold the table',
};
