import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { usageError } from '../errors/errors.ts';
import type { ServerTarget } from './libpq/target.ts';

/** How much of the server's certificate was verified: nothing, its authority, or also the host name. */
export type Verified = 'none' | 'ca' | 'full';

/** The files and settings of a TLS connection. */
interface TlsMaterial {
  verify: Verified;
  ca: string[] | undefined;
  certificate: Buffer | undefined;
  key: Buffer | undefined;
  keyPassword: string | undefined;
}

/**
 * Reads the certificates that a target names, or that are where libpq looks for them. `require` verifies like `verify-ca` if
 * there is a root certificate. A named file that cannot be used is a usage error (exit code 2), even if libpq would go on
 * without it.
 */
export async function readTlsMaterial({ sslmode, tls = {} }: ServerTarget): Promise<TlsMaterial> {
  const verifies = sslmode === 'verify-ca' || sslmode === 'verify-full';
  const ca =
    verifies || sslmode === 'require' ? await readRoot(tls.rootCertificate, tls.directory) : undefined;
  if (verifies && !ca) {
    throw usageError(
      'no-root-certificate',
      `sslmode=${sslmode} needs a root certificate, which was not found.`,
      "Name its file with sslrootcert, or use this machine's certificates with sslrootcert=system.",
    );
  }
  if (ca && tls.directory && (await stat(join(tls.directory, 'root.crl')).catch(() => null))) {
    throw usageError(
      'unsupported-parameter',
      `There is a list of revoked certificates, ${join(tls.directory, 'root.crl')}, but this console cannot check it.`,
      'Move it away, or connect with psql.',
    );
  }
  const verify = sslmode === 'verify-full' ? 'full' : ca ? 'ca' : 'none';
  return { verify, ca, ...(await readClient(tls)), keyPassword: tls.keyPassword };
}

async function readRoot(named: string | undefined, directory: string | undefined) {
  if (named === 'system') {
    const { getCACertificates } = await import('node:tls');
    const ca = getCACertificates('system');
    if (ca.length > 0) return ca;
    throw usageError(
      'no-root-certificate',
      'sslrootcert=system finds no certificates on this machine.',
      'Install its ca-certificates, or name a file with sslrootcert.',
    );
  }
  const file = named ?? (directory && join(directory, 'root.crt'));
  const root = (await readOptional(file, named !== undefined, 'sslrootcert'))?.toString('latin1');
  if (root === undefined) return undefined;
  // With no trusted certificate, the error would blame the server's.
  if (!/^-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/m.test(root)) {
    throw usageError(
      'unreadable-certificate',
      `The file ${file} holds no certificate.`,
      'Name a file with certificates in PEM with sslrootcert.',
    );
  }
  return [root];
}

async function readClient({
  certificate,
  key,
  directory,
  sendCertificate = true,
}: NonNullable<ServerTarget['tls']>) {
  const none = { certificate: undefined, key: undefined };
  if (!sendCertificate) return none;
  const file = certificate ?? (directory && join(directory, 'postgresql.crt'));
  const own = await readOptional(file, certificate !== undefined, 'sslcert');
  if (!own) return none;
  const keyFile = key ?? (directory && join(directory, 'postgresql.key'));
  if (!keyFile) {
    throw usageError(
      'client-key',
      'There is a client certificate without a key.',
      'Name the file of its key with sslkey.',
    );
  }
  await checkPermissions(keyFile);
  return { certificate: own, key: await readOptional(keyFile, true, 'sslkey') };
}

/** libpq's rule: only the owner may read it; if root owns the file, a group may too. */
async function checkPermissions(file: string): Promise<void> {
  const found = await stat(file).catch(error => unreadable(file, 'sslkey', error));
  if (!found.isFile()) {
    throw usageError('client-key', `The key ${file} is not a file.`, 'Name the file of the key with sslkey.');
  }
  if (process.platform === 'win32') return;
  const tooOpen = found.uid === 0 && process.getuid?.() !== 0 ? 0o027 : 0o077;
  if (found.mode & tooOpen) {
    throw usageError(
      'client-key',
      `The key ${file} is not used, because others than its owner can read it.`,
      `Restrict it: chmod 600 ${file}`,
    );
  }
}

async function readOptional(file: string | undefined, named: boolean, parameter: string) {
  if (!file) return undefined;
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!named && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    return unreadable(file, parameter, error);
  }
}

function unreadable(file: string, parameter: string, error: unknown): never {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'ENOENT' || code === 'ENOTDIR' ? 'does not exist' : 'cannot be read';
  throw usageError(
    parameter === 'sslkey' ? 'client-key' : 'unreadable-certificate',
    `The file ${file} ${why}.`,
    `Check its path and permissions; ${parameter} names it.`,
  );
}
