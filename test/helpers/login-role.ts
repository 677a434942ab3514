import { afterAll, beforeAll } from 'vitest';
import { createDatabase } from './database.ts';

/** Creates a role that may log in with the password `secret`, and owns nothing, for the tests of this file. */
export function withLoginRole(role: string): void {
  const arrange = async (statement: string) => {
    const admin = await createDatabase('template1');
    await admin.sql.unsafe(statement);
    await admin.drop();
  };
  beforeAll(() => arrange(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`));
  afterAll(() => arrange(`DROP ROLE ${role}`));
}
