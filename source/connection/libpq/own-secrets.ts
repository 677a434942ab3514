import { usageError } from '../../errors/errors.ts';
import type { Keywords } from './keywords.ts';
import { type SslMode, sslModes } from './target.ts';

/** The layers a connection is described in, before they are put on top of each other. */
interface Layers {
  /** What was written as a URL or a connection string. */
  written: Keywords;
  /** What its service says. */
  served: Keywords;
  /** What the environment says. */
  variables: Keywords;
}

/** Which password an address gets that a file of the working directory wrote. */
interface OwnSecrets {
  password: string | undefined;
  /** Whether the password file is looked into, and then only for a line that names the host. */
  passwordFile: boolean;
  /** Why a password that is there was not used, as a sentence; null where none was withheld. */
  withheld: string | null;
}

const address = ['host', 'hostaddr', 'port'] as const;

/** True where what is written decides which server is connected to. */
export function namesServer(written: Keywords): boolean {
  return [...address, 'service'].some(name => written.get(name));
}

/**
 * The password for an address that came with a directory, as the `.env` of a cloned repository does: its author chose the
 * server, so the secrets of whoever runs this are not for it. It has its own password, or that of a service that leads to this
 * very server by itself. A client certificate may be shown to anybody: its key signs and is never sent.
 */
export function ownSecrets({ written, served, variables }: Layers, source: string): OwnSecrets {
  const own = written.get('password');
  if (own) return { password: own, passwordFile: true, withheld: null };
  const weaker = weakens(written, new Map([...variables, ...served]));
  const ofService = served.get('password');
  const straight = address.every(name => !written.has(name) || written.get(name) === served.get(name));
  if (ofService && straight && !weaker) return { password: ofService, passwordFile: true, withheld: null };
  return {
    password: undefined,
    passwordFile: !weaker,
    withheld: ofService
      ? `The password of the service was not used, because ${source} leads ${straight ? 'there with weaker encryption' : 'to another server'}.`
      : variables.get('password')
        ? `PGPASSWORD was not used, because ${source} names the server.`
        : weaker
          ? `No stored password was used, because ${source} asks for weaker encryption than the environment does.`
          : null,
  };
}

/** True where the file takes back what the person asks for: less of sslmode, or trust in somebody else. */
function weakens(written: Keywords, own: Keywords): boolean {
  const rank = (given: Keywords) => sslModes.indexOf(given.get('sslmode') as SslMode);
  const roots = [written, own].map(given => given.get('sslrootcert'));
  return (
    (written.has('sslmode') && own.has('sslmode') && rank(written) < rank(own)) ||
    (roots[0] !== undefined && roots[1] !== undefined && roots[0] !== roots[1])
  );
}

/** Throws a usage error where a file of the working directory says where passwords are to be read from. */
export function refuseOtherFiles(written: Keywords, source: string): void {
  for (const [name, variable] of [
    ['passfile', 'PGPASSFILE'],
    ['servicefile', 'PGSERVICEFILE'],
  ] as const) {
    if (!written.has(name)) continue;
    throw usageError(
      'unsupported-parameter',
      `${name} of ${source} is not used: a file in the working directory does not choose where passwords are read from.`,
      `Take it out, and set ${variable} in the environment instead.`,
    );
  }
}
