/**
 * A password in the form that SCRAM works with (SASLprep, RFC 4013): a ligature counts as its letters, an unusual space as a
 * space. As PostgreSQL does, one that the rules forbid is taken as it is, such as one with a letter that is younger than they are.
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
