import type { Config, ServerTarget } from '../config/config.ts';
import { isKnown, type NamedServer, remember } from '../config/known-servers.ts';
import { type Host, isHere } from '../connection/libpq/target.ts';
import { refused } from '../counter/guards.ts';
import { interrupted } from '../errors/errors.ts';
import { addressOf } from '../errors/server-address.ts';
import { displayText } from '../format/text.ts';
import { askPhrase, canAsk } from './commands/confirm-phrase.ts';

/**
 * Says which server a file of the working directory names, before anything is sent there. A person at a terminal is asked the
 * first time, because whoever wrote the file chose the server. A server on this machine is not mentioned. Without a terminal,
 * or with JSON, nobody can be asked: only secrets that were meant for this server go there. Rejects with exit code 4 if the
 * answer is no, 130 if it is interrupted.
 */
export async function confirmServer(target: ServerTarget, config: Config): Promise<void> {
  const { namedBy: file, hosts = [{ name: target.host, port: target.port }], user, database } = target;
  if (file === undefined || hosts.every(isHere) || config.json) return;
  const named: NamedServer = { file, hosts: hosts.map(shownServer), user };
  const what = displayText(`${named.hosts.join(', ')} (database ${database}, user ${user})`);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  if (!canAsk() || (await isKnown(config.stateDirectory, named))) {
    say(`Connecting to ${what}, named by ${displayText(file)}.`);
    return;
  }
  say(`${displayText(file)} names the server ${what}.`);
  say(
    'This server was not confirmed for this file before. In a repository, somebody else may have written the file.',
  );
  const answer = await askPhrase('yes', new AbortController().signal);
  if (answer === 'interrupted') throw interrupted();
  if (answer !== 'typed') {
    throw refused(
      'server-not-confirmed',
      `Nothing was sent to ${named.hosts.join(', ')}.`,
      'Correct the file, or name the database with --database-url or the environment variable DATABASE_URL.',
    );
  }
  await remember(config.stateDirectory, named).catch((error: Error) =>
    say(`This could not be saved, so you will be asked again: ${displayText(error.message)}`),
  );
}

function shownServer({ name, address, port }: Host): string {
  return `${addressOf(name || address || '', port)}${name && address ? ` at the address ${address}` : ''}`;
}
