import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { jsonText } from '../format/json-text.ts';
import { makeDirectory } from './files/make-directory.ts';

/** A server as a file of a working directory names it. */
export interface NamedServer {
  file: string;
  /** Each host with its address and port. */
  hosts: string[];
  user: string;
}

const { O_APPEND, O_CREAT, O_NOFOLLOW, O_RDONLY, O_WRONLY } = constants;

/**
 * Whether a person has confirmed this server for this file before. The list counts only if it is a file of this user's own
 * that nobody else may write, and not a link: if in doubt, they are asked again.
 */
export async function isKnown(directory: string, server: NamedServer): Promise<boolean> {
  const text = await readOwn(fileIn(directory)).catch(() => '');
  const wanted = jsonText(lineOf(server));
  return text.split('\n').includes(wanted);
}

/** Saves that a person has confirmed this server. Rejects with the system's error if it cannot be saved. */
export async function remember(directory: string, server: NamedServer): Promise<void> {
  await makeDirectory(directory);
  const handle = await open(fileIn(directory), O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600);
  try {
    await handle.write(`${jsonText(lineOf(server))}\n`);
  } finally {
    await handle.close();
  }
}

async function readOwn(file: string): Promise<string> {
  const handle = await open(file, O_RDONLY | O_NOFOLLOW);
  try {
    const found = await handle.stat();
    const own = process.getuid === undefined || found.uid === process.getuid();
    const closed = process.platform === 'win32' || (found.mode & 0o022) === 0;
    return found.isFile() && own && closed ? await handle.readFile('utf8') : '';
  } finally {
    await handle.close();
  }
}

// One order of keys, so that lines can be compared.
function lineOf({ file, hosts, user }: NamedServer): NamedServer {
  return { file, hosts, user };
}

function fileIn(directory: string): string {
  return join(directory, 'known-servers.jsonl');
}
