import { usageError } from '../../errors/errors.ts';
import type { Keywords } from './keywords.ts';
import { type SslMode, sslModes } from './target.ts';

/** The sources of a connection's description, before they are merged. */
interface Layers {
  /** From a URL or a connection string. */
  written: Keywords;
  /** From its service. */
  served: Keywords;
  /** From the environment. */
  variables: Keywords;
}

/** Which password is used for an address from a file in the working directory. */
interface OwnSecrets {
  password: string | undefined;
  /** Whether the password file may be used, and then only a line that names the host. */
  passwordFile: boolean;
  /** Why an available password was not used, as a sentence; null if none was withheld. */
  withheld: string | null;
}

const address = ['host', 'hostaddr', 'port'] as const;

/** True if these keywords decide which server to connect to. */
export function namesServer(written: Keywords): boolean {
  return [...address, 'service'].some(name => written.get(name));
}

/**
 * The password for an address from a file, such as the `.env` of a cloned repository. Its author chose the server, so the
 * user's secrets must not be sent to it. It may use the file's own password, or that of a service whose own server is this
 * very one. A client certificate may be shown to any server: its key only signs and is never sent.
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

/** True if the file weakens what the user asks for: a weaker sslmode, or trust in other certificates. */
function weakens(written: Keywords, own: Keywords): boolean {
  const rank = (given: Keywords) => sslModes.indexOf(given.get('sslmode') as SslMode);
  const roots = [written, own].map(given => given.get('sslrootcert'));
  return (
    (written.has('sslmode') && own.has('sslmode') && rank(written) < rank(own)) ||
    (roots[0] !== undefined && roots[1] !== undefined && roots[0] !== roots[1])
  );
}

/** Throws a usage error if a file in the working directory says where to read passwords from. */
export function refuseOtherFiles(written: Keywords, source: string): void {
  for (const [name, variable] of [
    ['passfile', 'PGPASSFILE'],
    ['servicefile', 'PGSERVICEFILE'],
  ] as const) {
    if (!written.has(name)) continue;
    throw usageError(
      'unsupported-parameter',
      `${name} of ${source} is ignored: a file in the working directory must not choose where passwords are read from.`,
      `Remove it, and set ${variable} in the environment instead.`,
    );
  }
}
