import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A certificate and its key, as files. */
export interface Certificate {
  certificate: string;
  key: string;
}

export interface CertificateOptions {
  /** Subject alternative names such as `DNS:localhost,IP:127.0.0.1`. */
  names?: string;
  /** openssl's dates: `20200101000000Z`. */
  from?: string;
  until?: string;
  /** Encrypts the key. */
  password?: string;
}

/** A certificate authority for the tests, made by openssl. */
export interface Authority extends Certificate {
  issue(file: string, commonName: string, options?: CertificateOptions): Certificate;
}

/** Makes authorities in a new directory. Throws if there is no openssl: TLS cannot be tested without it. */
export function openAuthorities() {
  const directory = mkdtempSync(join(tmpdir(), 'preset-usage-tls-'));
  chmodSync(directory, 0o755);
  const openssl = (...parameters: string[]) => {
    try {
      execFileSync('openssl', parameters, { cwd: directory, stdio: 'pipe' });
    } catch (error) {
      const { code, stderr } = error as { code?: string; stderr?: Buffer };
      throw new Error(
        code === 'ENOENT' ? 'The TLS tests need openssl, which is not installed.' : `openssl: ${stderr}`,
      );
    }
  };
  const at = (name: string) => join(directory, name);
  return {
    directory,
    make(file: string, commonName: string): Authority {
      const own = { certificate: at(`${file}.crt`), key: at(`${file}.key`) };
      openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '30',
        '-subj', `/CN=${commonName}`, '-keyout', own.key, '-out', own.certificate); // biome-ignore format: as typed
      writeFileSync(at(`${file}.index`), '');
      return { ...own, issue: (name, subject, options = {}) => issue(file, own, name, subject, options) };
    },
    /** A copy of a key with the owner and mode that PostgreSQL requires if the server runs as another user. */
    forServer(key: string, owner: (file: string) => void): string {
      const copy = `${key}.server`;
      copyFileSync(key, copy);
      chmodSync(copy, 0o600);
      owner(copy);
      return copy;
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };

  function issue(
    authority: string,
    ca: Certificate,
    file: string,
    commonName: string,
    { names, from, until, password }: CertificateOptions,
  ): Certificate {
    const own = { certificate: at(`${file}.crt`), key: at(`${file}.key`) };
    const config = at(`${file}.cnf`);
    writeFileSync(
      config,
      `[ca]\ndefault_ca = it\n[it]\ndatabase = ${at(`${authority}.index`)}\nnew_certs_dir = ${directory}\nrand_serial = yes\n` +
        'default_md = sha256\npolicy = any\nunique_subject = no\ncopy_extensions = none\n[any]\ncommonName = supplied\n' +
        `[names]\nbasicConstraints = CA:FALSE\n${names ? `subjectAltName = ${names}\n` : ''}`,
    );
    openssl('req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-subj', `/CN=${commonName}`,
      ...(password ? ['-passout', `pass:${password}`] : ['-nodes']), '-keyout', own.key, '-out', at(`${file}.csr`)); // biome-ignore format: as typed
    openssl('ca', '-batch', '-notext', '-config', config, '-extensions', 'names', '-cert', ca.certificate,
      '-keyfile', ca.key, '-in', at(`${file}.csr`), '-out', own.certificate,
      ...(from && until ? ['-startdate', from, '-enddate', until] : ['-days', '20'])); // biome-ignore format: as typed
    chmodSync(own.key, 0o600);
    return own;
  }
}
