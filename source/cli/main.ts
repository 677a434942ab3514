import { flushCompileCache } from 'node:module';
import { usesColor } from '../config/color.ts';
import type { CommandName } from '../config/commands.ts';
import { type Config, type Flags, loadConfig, namesAddress } from '../config/config.ts';
import type { Context } from '../config/contexts/context.ts';
import { flags, invalidValue, isValid } from '../config/flags.ts';
import { collectOften, compileWhenCalled, optimizeHotCode } from '../config/optimizer.ts';
import { readPackage } from '../config/paths.ts';
import { type Host, sameHost, shownHost, type TypedPassword } from '../connection/libpq/target.ts';
import type { Database } from '../connection/transactions.ts';
import { presetNames } from '../counter/definition/preset-names.ts';
import { ConsoleError, exitCodes, interrupted, isConsoleError, usageError } from '../errors/errors.ts';
import { withoutPasswords } from '../errors/redact.ts';
import { jsonText, jsonVersion } from '../format/json-text.ts';
import type { Outcome } from './output/outcome.ts';
import { paint } from './output/paint.ts';
import { clearProgress, progressOf, say, stepProgress } from './output/progress.ts';
import { asksForJson } from './refuse.ts';
import type { ScanDatabase } from './scan/wanted-counters.ts';

/** Set while the console has the terminal: gives it back, and makes main() end with the error. */
let leaveScreen: ((error: Error) => void) | null = null;

/** Set once a document is on standard output: no second one comes after it. */
let isTold = false;

/** Runs the program and returns its exit code. */
async function main(argv: string[]): Promise<number> {
  // Loading meow takes a tenth of the time to the list, and there is nothing to parse.
  if (argv.length === 0) return openTerminal(loadConfig({}, process.env, process.cwd()));
  const { readCommandLine } = await import('./options.ts');
  const { command, flags, help, version, problem } = readCommandLine(argv);
  if (command !== 'console') {
    optimizeHotCode();
    collectOften();
  }
  // After help a word that is no command is a mistake; before --help it may be anything.
  const isUnknown = problem?.code === 'unknown-command';
  if (help && !(isUnknown && argv[0] === 'help'))
    return print(asked('help', (await import('./help.ts')).helpText(isUnknown ? null : command), flags));
  if (version) return print(asked('program', `${readPackage().version}\n`, flags));
  if (problem) throw usageError(problem.code, problem.message, problem.hint);
  // What programs read is as it is in the database.
  if (flags.ascii && !flags.json && (flags.format ?? 'text') === 'text')
    (await import('../format/text.ts')).showInAscii(true);
  if (command === 'completion') return printCompletion(flags.shell);
  if (command === 'scan') return scanFiles(flags);
  // What reads only files asks no database, so it does not matter whether one can be made out.
  const own = isOffline(command) ? { ...flags, demo: true } : flags;
  const config = loadConfig(own, process.env, process.cwd(), await contextOf(flags));
  if (command === 'console') return openTerminal(config, flags);
  if (isOffline(command)) {
    return interruptible(async signal =>
      tell(await offlineCommands[command](config, flags, signal), config, signal),
    );
  }
  refuseUnaskedDemo(config);
  await meetServer(config);
  return withPassword(config, known => runCommand(command, known));
}

/** The context that --context names; null without it. */
async function contextOf({ context }: Flags): Promise<Context | null> {
  if (context === undefined || context === null) return null;
  if (!isValid('context', context)) throw invalidValue('context');
  const { readContext } = await import('../config/contexts/read-context.ts');
  return readContext(context, process.env);
}

const hasTerminal = () => process.stdin.isTTY && process.stdout.isTTY;

/** In CI a secret that is missing must not lead to a check of the demo, which says nothing about the database. */
function refuseUnaskedDemo({ addressFrom }: Config): void {
  if (addressFrom !== null || hasTerminal()) return;
  throw usageError(
    'no-database',
    'No database is named, and without a terminal the demo is opened only with --demo.',
    'Set DATABASE_URL, or pass --database-url or --demo.',
  );
}

async function printCompletion(shell: string | undefined): Promise<number> {
  const { completions } = await import('./completion.ts');
  const make = Object.hasOwn(completions, shell ?? '') ? completions[shell ?? ''] : undefined;
  if (make) return print(make());
  throw usageError(
    'unknown-shell',
    shell === undefined ? 'No shell given.' : `Unknown shell "${shell}".`,
    `Run preset-usage completion with one of ${Object.keys(completions).join(', ')}.`,
  );
}

/** Names a server that a file of the working directory named, before anything is sent to it. */
async function meetServer(config: Config): Promise<void> {
  if (config.target.kind !== 'server' || config.target.namedBy === undefined) return;
  const { confirmServer } = await import('./confirm-server.ts');
  await confirmServer(config.target, config);
}

// As many as ssh gives.
const mostTries = 3;

/**
 * Does `work`. Where the server wants a password that nobody gave, asks the person at the terminal and tries again. The
 * password stays in this process's memory, and goes only to the host that asked.
 */
async function withPassword<Value>(config: Config, work: (config: Config) => Promise<Value>): Promise<Value> {
  const { target, replica } = config;
  let typed: readonly TypedPassword[] = [];
  for (let tries = 0; ; tries += 1) {
    try {
      return await work(
        target.kind === 'server'
          ? { ...config, target: { ...target, typed }, replica: replica && { ...replica, typed } }
          : config,
      );
    } catch (error) {
      if (!isConsoleError(error) || target.kind !== 'server' || target.password !== undefined) throw error;
      const host = whoseHost(error, typed);
      if (host === undefined || tries === mostTries) throw error;
      const { askPassword, canAskPassword } = await import('./password-prompt.ts');
      if (config.json || !canAskPassword()) throw error;
      leaveScreen = null;
      const { displayText } = await import('../format/text.ts');
      if (tries > 0) process.stderr.write(`${displayText(error.message)}\n`);
      const password = await askPassword(displayText(`${target.user} at ${shownHost(host)}`));
      if (password === null) throw interrupted();
      typed = [...typed.filter(each => !sameHost(each.host, host)), { host, password }];
    }
  }
}

/** The host that wants a password; undefined if the error is about something else. The one typed last may be wrong. */
function whoseHost(error: ConsoleError, typed: readonly TypedPassword[]): Host | undefined {
  if (error.code === 'password-wanted') return (error.cause as { host?: Host }).host;
  return error.code === 'authentication-failed' ? typed.at(-1)?.host : undefined;
}

/** The answer to --help or --version, which --json makes a document of. */
function asked(name: 'help' | 'program', text: string, { json }: Flags): string {
  return json ? `${jsonText({ version: jsonVersion, [name]: text.trimEnd() }, 2)}\n` : text;
}

function print(text: string): number {
  process.stdout.write(text);
  return exitCodes.healthy;
}

/** Opens the console, and again for each other context that is chosen in it. `before` is that of the one that was open. */
async function openTerminal(
  config: Config,
  given: Flags = {},
  before: Config | null = null,
): Promise<number> {
  if (config.json) {
    throw usageError(
      'json-without-command',
      'The console has no JSON output.',
      'Use preset-usage check --json.',
    );
  }
  if (!hasTerminal()) {
    throw usageError(
      'no-terminal',
      'The console needs a terminal, and standard input or output is not one.',
      'In a script or a pipe, use preset-usage check, with --json for a program.',
    );
  }
  if (config.presets[0] === '') {
    throw usageError(
      'bad-flag',
      'The console cannot open on a preset whose id is empty.',
      'Leave --preset out, and press Enter on the preset in the list.',
    );
  }
  await meetServer(config);
  // Such a terminal cannot place the cursor, so it gets what a pipe would.
  if (process.env.TERM === 'dumb') return withPassword(config, known => runCommand('check', known));
  const { openConsole } = await import('../tui/start.ts');
  const chosen = await withConfigured('console', config);
  const ending = await withPassword(chosen, known =>
    openConsole(
      known,
      fail => {
        leaveScreen = fail;
      },
      context => whyNotContext(context, chosen, given),
    ),
  ).catch(async error => {
    if (before === null) throw error;
    const { withWayBack } = await import('../config/contexts/other-context.ts');
    throw withWayBack(error, before);
  });
  leaveScreen = null;
  if (typeof ending === 'object') return openContext(ending.context, config, given);
  return ending === 'interrupted' ? exitCodes.interrupted : exitCodes.healthy;
}

/** Opens the console on another context, in place of that of `before`. */
async function openContext(context: string, before: Config, given: Flags): Promise<number> {
  const { flagsElsewhere, withWayBack } = await import('../config/contexts/other-context.ts');
  const flags = flagsElsewhere(given);
  const config = await configOf(context, flags).catch(error => {
    throw withWayBack(error, before);
  });
  return openTerminal(config, flags, before);
}

const configOf = async (context: string, flags: Flags) =>
  loadConfig(flags, process.env, process.cwd(), await contextOf({ context }));

/**
 * Why the console cannot be opened on another context than that of `here`, asked before it is closed; null if the server answers. Whoever
 * it asks for a password is at the terminal, so that is no reason.
 */
async function whyNotContext(context: string, here: Config, given: Flags): Promise<string | null> {
  const { flagsElsewhere, lacksOurConnection } = await import('../config/contexts/other-context.ts');
  const { openDatabase } = await import('../demo/run.ts');
  const { inspectServer } = await import('../counter/inspect-database.ts');
  let there: Config | undefined;
  try {
    there = await configOf(context, flagsElsewhere(given));
    const { database, close } = await openDatabase(there);
    await database.read(reader => inspectServer(reader, database)).finally(close);
    return null;
  } catch (error) {
    if (!isConsoleError(error)) throw error;
    if (error.code === 'password-wanted') return null;
    if (there && lacksOurConnection(error, here.target, there.target)) return null;
    return `${context} was not opened: ${error.message}`;
  }
}

type Command = (database: Database, config: Config, signal: AbortSignal) => Promise<Outcome>;

// Each is loaded when it is asked for.
const commands: Record<Exclude<CommandName, 'console' | 'completion' | 'scan' | OfflineName>, Command> = {
  async check(database, config, signal) {
    if (config.all || config.counter.length > 0) {
      const { checkCounters } = await import('./commands/check-counters.ts');
      return checkCounters(database, config, signal, progressOf(config));
    }
    const { check } = await import('./commands/check.ts');
    return check(database, config, signal, progressOf(config));
  },
  async counters(database, config, signal) {
    const { counters } = await import('./commands/counters.ts');
    return counters(database, config, signal, progressOf(config));
  },
  async trigger(database, config, signal) {
    const { trigger } = await import('./commands/trigger.ts');
    return trigger(database, config, signal);
  },
  async simulate(database, config, signal) {
    const { simulate } = await import('./commands/simulate.ts');
    return simulate(database, config, signal);
  },
  async checklist(database, config, signal) {
    const { checklist } = await import('./commands/checklist.ts');
    return checklist(database, config, signal, stepProgress(config));
  },
  async sync(database, config, signal) {
    const { repair } = await import('./commands/repair.ts');
    return repair('sync', database, config, signal, { say, progress: progressOf(config) });
  },
  async reset(database, config, signal) {
    const { repair } = await import('./commands/repair.ts');
    return repair('reset', database, config, signal, { say, progress: progressOf(config) });
  },
  async undo(database, config, signal) {
    const { repair } = await import('./commands/repair.ts');
    return repair('undo', database, config, signal, { say, progress: progressOf(config) });
  },
  async migrate(database, config, signal) {
    const { migrate } = await import('./commands/migrate.ts');
    const { openMigrationReceipt } = await import('../migration/run-receipt.ts');
    return migrate(
      database,
      config,
      signal,
      plan => openMigrationReceipt(database, config.stateDirectory, plan),
      say,
    );
  },
};

/** Scans an application's files, for counters of the database if it is asked for or named. */
async function scanFiles(flags: Flags): Promise<number> {
  const context = await contextOf(flags);
  const isTyped = flags.databaseUrl !== undefined || context !== null;
  const locate = () => loadConfig(flags, process.env, process.cwd(), context);
  // Without a database, it does not matter whether one can be made out.
  const config = !isTyped ? loadConfig({ ...flags, demo: true }, process.env, process.cwd()) : locate();
  const { scan } = await import('./commands/scan.ts');
  const database: ScanDatabase = {
    isNamed: isTyped || flags.demo === true || namesAddress(process.env),
    locate,
    async open(asked, asks, work) {
      const { openDatabase } = await import('../demo/run.ts');
      const use = async (known: Config) => {
        const { database: opened, close } = await openDatabase(known);
        return work(opened).finally(close);
      };
      if (!asks) return use(asked);
      await meetServer(asked);
      return withPassword(asked, use);
    },
  };
  return interruptible(async signal => {
    try {
      return await tell(
        await scan(config, database, signal, progressOf(config), process.stdout.columns),
        config,
        signal,
      );
    } finally {
      clearProgress();
    }
  });
}

type OfflineName = keyof typeof offlineCommands;

// What needs no database.
const offlineCommands = {
  async receipts(config: Config, flags: Flags, signal: AbortSignal) {
    const { receipts } = await import('./commands/receipts.ts');
    const { openDatabase } = await import('../demo/run.ts');
    return receipts(config, signal, async () => {
      const { target, ...named } = loadConfig(flags, process.env, process.cwd());
      // Nothing is sent to a server that only a file of the working directory names.
      return target.kind === 'demo' || target.namedBy !== undefined
        ? null
        : openDatabase({ ...named, target });
    });
  },
};

const isOffline = (command: CommandName): command is OfflineName => Object.hasOwn(offlineCommands, command);

async function runCommand(command: keyof typeof commands, given: Config): Promise<number> {
  const config = await withConfigured(command, given);
  if (config.output !== null) await (await import('./check/write-output.ts')).requireWritable(config.output);
  const { openDatabase } = await import('../demo/run.ts');
  return interruptible(async signal => {
    const { database, close } = await openDatabase(config);
    try {
      const run = () => ofCounter(command, database, config, signal).finally(clearProgress);
      if (config.watch !== null) {
        const { watchOutcomes } = await import('./check/watch.ts');
        return await watchOutcomes(run, config, signal, outcome => tell(outcome, config, signal));
      }
      return await tell(await run(), config, signal);
    } finally {
      clearProgress();
      await close();
    }
  });
}

/** With the counter that the file of --config describes, where no other is named. The receipt of an undo names its own. */
async function withConfigured(command: CommandName, config: Config): Promise<Config> {
  if (config.all || command === 'counters' || command === 'undo') return config;
  if (config.config === null) return withContext(command, config);
  const { namesOfCounters } = await import('../counters/run-choose.ts');
  try {
    return { ...config, counter: await namesOfCounters(config) };
  } catch (error) {
    // The console lists all that the file describes.
    if (command === 'console' && isConsoleError(error) && error.code === 'several-counters') return config;
    throw error;
  }
}

/** With the counters of the context, where none is named. Only check takes several, and the console opens the first. */
function withContext(command: CommandName, config: Config): Config {
  const { context, counter } = config;
  const own = context?.counters ?? [];
  if (own.length === 0 || counter.length > 0) return config;
  if (own.length === 1 || command === 'check') return { ...config, counter: own };
  if (command === 'console') return { ...config, counter: own.slice(0, 1) };
  throw usageError(
    'several-counters',
    `The context ${context?.name} has ${own.length} counters.`,
    `Name one with --counter: ${own.join(', ')}.`,
  );
}

/** Runs a command for the counter that is named; else for that of presets, or where they are not, for the only one there is. */
async function ofCounter(
  command: keyof typeof commands,
  database: Database,
  config: Config,
  signal: AbortSignal,
): Promise<Outcome> {
  const run = (asked: Config) => commands[command](database, asked, signal);
  // These take several.
  if (config.all || (command === 'check' && config.counter.length > 0)) return run(config);
  if (config.counter.length > 0) {
    const { namedCounter } = await import('../counters/run-choose.ts');
    return run({ ...config, choice: await namedCounter(database, config, signal) });
  }
  try {
    return await run(config);
  } catch (error) {
    if (!isConsoleError(error) || error.code !== 'missing-table' || !takesCounter(command)) throw error;
    // Where another schema is named, presets are meant that are not there.
    if (config.schema !== flags.schema.standard) throw error;
    const { onlyCounter } = await import('../counters/run-choose.ts');
    const only = await onlyCounter(database, config, signal);
    // Presets elsewhere: the error says where.
    if (!only || only.row.table === presetNames.rows) throw error;
    return run({ ...config, counter: [only.id], choice: only });
  }
}

const takesCounter = (command: CommandName) => flags.counter.for.some(name => name === command);

/** Runs a command with a signal that is aborted by Ctrl-C. */
async function interruptible(work: (signal: AbortSignal) => Promise<number>): Promise<number> {
  const interrupt = new AbortController();
  const stop = () => interrupt.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, stop);
  try {
    return await work(interrupt.signal);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, stop);
  }
}

/** Prints an outcome in the format that is asked for, or writes it to a file, and returns its exit code. */
async function tell(outcome: Outcome, config: Config, signal: AbortSignal): Promise<number> {
  const { warnings = [], json, exitCode, as = {} } = outcome;
  const { format, output, quiet } = config;
  clearProgress();
  for (const line of warnings) process.stderr.write(`${line}\n`);
  const isColored = output === null && usesColor(config, process.stdout);
  let shown = format === 'json' ? jsonText(json) : (as[format]?.() ?? outcome.text);
  // Formats such as CSV have names exactly, with whatever a terminal would obey.
  if (format !== 'json' && output === null && process.stdout.isTTY)
    shown = (await import('../format/text.ts')).terminalLines(shown);
  if (isColored && format === 'text') shown = paint(shown, exitCode);
  if (output !== null) {
    const { writeOutput } = await import('./check/write-output.ts');
    await writeOutput(output, `${shown}\n`, signal);
  } else if (!quiet || exitCode !== exitCodes.healthy) {
    isTold = true;
    process.stdout.write(`${shown}\n`);
  }
  return exitCode;
}

/** Prints an error as sentences or JSON, and returns its exit code. */
async function report(error: unknown, json: boolean): Promise<number> {
  const known = isConsoleError(error)
    ? error
    : new ConsoleError({
        code: 'fault',
        message: `This is a fault of the program: ${error instanceof Error ? error.message : String(error)}`,
        hint: 'Please report it, with the command and PRESET_USAGE_DEBUG=1 set for the details.',
        exitCode: exitCodes.fault,
      });
  const { code, exitCode } = known;
  // Some hold text of the server's, which may be anything. What makes it safe to print is loaded only now, because it takes
  // a tenth of the time to the list to set up.
  const { displayText } = await import('../format/text.ts');
  const [message, hint] = [displayText(known.message), displayText(known.hint)];
  if (json && !isTold) process.stdout.write(`${jsonText({ error: { code, message, hint } })}\n`);
  else process.stderr.write(`${message}\n${hint}\n`);
  if (process.env.PRESET_USAGE_DEBUG && error instanceof Error)
    process.stderr.write(`${withoutPasswords(error.stack ?? '')}\n`);
  return exitCode;
}

compileWhenCalled();
const argv = process.argv.slice(2);
const json = asksForJson(argv);

// The driver may throw where nobody awaits it.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    if (leaveScreen) leaveScreen(error instanceof Error ? error : new Error(String(error)));
    else void report(error, json).then(code => process.exit(code));
  });
}
// The reader of a pipe, such as head, may stop early.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(process.exitCode ?? exitCodes.healthy);
});

const code = await main(argv).catch(error => report(error, json));
flushCompileCache();
// An open socket to a dead server must not keep the shell waiting, but the last output must still reach a pipe.
process.stdout.write('', () => process.exit(code));
