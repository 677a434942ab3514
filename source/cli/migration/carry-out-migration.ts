import type { Config } from '../../config/config.ts';
import type { Database } from '../../connection/transactions.ts';
import type { Finding } from '../../counter/finding.ts';
import { exitCodes } from '../../errors/errors.ts';
import { displayText } from '../../format/text.ts';
import type { MigrationReceipt } from '../../migration/migration-receipt.ts';
import { requireMigrationConfirmation } from '../../migration/read-plan.ts';
import { type Reread, type RunnablePlan, runWithReceipt } from '../../migration/run.ts';
import { askPhrase, canAsk, requireTyped } from '../commands/confirm-phrase.ts';
import { databaseInfo } from '../output/database-info.ts';
import { counterHead } from '../output/document-head.ts';
import { exitCodeOf, findingLines } from '../output/findings.ts';
import type { Outcome } from '../output/outcome.ts';

type Plan = RunnablePlan & { differs: string[]; findings: Finding[] };

/** Where a migration is carried out, and who is asked and told. */
export interface MigrationStage<Of> {
  database: Database;
  config: Config & { dryRun: boolean };
  signal: AbortSignal;
  /** Begins the receipt; null where none is kept. */
  open: (plan: Of) => Promise<MigrationReceipt | null>;
  say: (text: string) => void;
}

/** What the output says about a plan. All but `json` are lines of text. */
interface Told<Of> {
  plan: Of;
  /** What the document says of the plan. */
  json: object;
  script: string;
  /** Why there is nothing to do. */
  nothing: readonly string[];
  /** What is written before each thing that was repaired. */
  repaired: string;
  /** What is told once it is done, beside what was repaired. */
  done: readonly string[];
  /** What to do about counts that are wrong already. */
  after: string;
  reread?: Reread;
}

/** Prints a plan with `dryRun`, else asks for it and carries it out. Exit code 1 where counting is still not right afterwards. */
export async function carryOutMigration<Of extends Plan>(
  { database, config, signal, open, say }: MigrationStage<Of>,
  told: Told<Of>,
): Promise<Outcome> {
  const { plan, json, script } = told;
  const { inspected, findings } = plan;
  const head = await counterHead(inspected, database, signal);
  const { line } = databaseInfo(inspected, database);
  const text = (lines: readonly string[]) => [line, ...lines].map(displayText).join('\n');
  const planned = {
    ...head,
    ...json,
    applied: false,
    transaction: null,
    left: null,
    findings,
    receipt: null,
  };
  if (config.dryRun) return { json: planned, text: script, exitCode: exitCodes.healthy };
  if (plan.statements.length === 0) {
    const lines = [...told.nothing, ...findingLines(findings)];
    return { json: planned, text: text(lines), exitCode: exitCodeOf(findings) };
  }
  if (config.confirm !== null || config.json || !canAsk()) requireMigrationConfirmation(plan, config.confirm);
  else {
    say(script);
    requireTyped(await askPhrase(`migrate ${inspected.server.database}`, signal), 'migrate');
  }
  const receipt = await open(plan);
  const result = await runWithReceipt(database, plan, config, receipt, signal, told.reread);
  const left = result.left ?? [];
  return {
    json: {
      ...planned,
      applied: true,
      transaction: result.xid,
      left: result.left,
      findings: result.findings,
      receipt: receipt?.file ?? null,
    },
    text: text([
      left.length === 0
        ? `Done in transaction ${result.xid}.`
        : `Done in transaction ${result.xid}, but not everything is right.`,
      ...plan.differs.filter(what => !left.includes(what)).map(what => `${told.repaired}${what}`),
      ...left.map(what => `  remains: ${what}`),
      ...told.done,
      ...(result.left === null ? ['  The result could not be checked: run preset-usage trigger.'] : []),
      ...findingLines(result.findings),
      '',
      ...(receipt ? [`Receipt     ${receipt.file}`] : []),
      told.after,
    ]),
    exitCode: left.length > 0 ? exitCodes.unhealthy : exitCodeOf(result.findings),
  };
}
