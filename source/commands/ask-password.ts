import { StringDecoder } from 'node:string_decoder';
import type { Config } from '../config.ts';
import { findPassword } from '../connecting/password-file.ts';
import type { ServerTarget } from '../connecting/target.ts';
import { connect, type Database, interrupted } from '../database/connection.ts';
import { isConsoleError } from '../errors.ts';
import { displayText } from '../present/text.ts';
import { canAsk } from './ask-phrase.ts';

const mostTries = 3;

/**
 * Asks a person for the password where the server wants one, none is known and there is a terminal; the answer is in the
 * configuration that comes back, in memory alone. Where a password is known nothing is connected to. Rejects with the
 * server's refusal after three tries, and as interrupted (130) after Ctrl-C.
 */
export async function withPassword(config: Config): Promise<Config> {
  const { target } = config;
  if (target.kind !== 'server' || config.json || !canAsk() || isKnown(target)) return config;
  const database = connect(target, config);
  try {
    const password = await ask(database, target);
    return password === null ? config : { ...config, target: { ...target, password } };
  } finally {
    await database.close();
  }
}

function isKnown({ password, passwordFile, hosts, host, port, database, user }: ServerTarget): boolean {
  if (password !== undefined) return true;
  if (passwordFile === undefined) return false;
  const all = hosts ?? [{ name: host, address: undefined, port }];
  return all.every(
    ({ name, address = '', port: at }) =>
      findPassword(passwordFile, { host: name || address, port: at, database, user }).password !== undefined,
  );
}

/** The password that let us in, or null where none was wanted. */
async function ask(database: Database, { user }: ServerTarget): Promise<string | null> {
  let password: string | null = null;
  for (let tries = 0; ; tries += 1) {
    try {
      await database.read(async () => {});
      return password;
    } catch (error) {
      if (!isConsoleError(error)) throw error;
      const refused = error.code === 'authentication-failed' && password !== null;
      if (tries === mostTries || !(refused || error.code === 'password-wanted')) throw error;
      if (refused) process.stderr.write('That is not the password.\n');
      const { host } = database.place;
      password = await readHidden(`Password of ${displayText(user)} at ${displayText(host)}: `);
      if (password === '') throw error;
      database.takePassword(password);
    }
  }
}

/** Reads a line that is not shown; empty where it was left with Ctrl-D. */
async function readHidden(prompt: string): Promise<string> {
  const { stdin, stderr } = process;
  const decoder = new StringDecoder('utf8');
  const letters: string[] = [];
  const line = Promise.withResolvers<string>();
  const onData = (piece: Buffer) => {
    for (const letter of decoder.write(piece)) {
      if (letter === '\r' || letter === '\n') return line.resolve(letters.join(''));
      if (letter === '\u0003') return line.reject(interrupted());
      if (letter === '\u0004' && letters.length === 0) return line.resolve('');
      if (letter === '\u007f' || letter === '\b') letters.pop();
      else if (letter === '\u0015') letters.length = 0;
      else if (letter >= ' ') letters.push(letter);
    }
  };
  const onEnd = () => line.resolve('');
  // Before the prompt: what is typed on seeing it must not be echoed.
  stdin.setRawMode(true);
  stdin.on('data', onData).once('end', onEnd).resume();
  stderr.write(prompt);
  try {
    return await line.promise;
  } finally {
    stdin.off('data', onData).off('end', onEnd);
    stdin.pause();
    stdin.setRawMode(false);
    stderr.write('\n');
  }
}
