/**
 * A password as SCRAM needs it (SASLprep, RFC 4013): a ligature becomes its letters, an unusual space a space. Like PostgreSQL,
 * it keeps a password unchanged if the rules forbid it, such as one with a letter that is newer than the rules.
 */
export async function scramPassword(password: string): Promise<string> {
  if (/^\p{ASCII}*$/u.test(password)) return password;
  const { saslprep } = await import('@mongodb-js/saslprep');
  try {
    return saslprep(password) || password;
  } catch {
    return password;
  }
}
