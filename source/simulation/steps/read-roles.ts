import * as z from 'zod/mini';
import type { Reader } from '../../connection/transactions.ts';
import { rolesNamed } from '../read-declarations.ts';

const answer = z.object({
  roles: z.array(z.object({ name: z.string(), allowed: z.boolean(), known: z.boolean() })),
  replicationRole: z.string(),
});

/** Whether a role exists and this session may become it, and how the session fires triggers: see `UsageDeclarations`. */
export async function readRoles(reader: Reader, name: string): Promise<z.infer<typeof answer>> {
  const [row] = (await reader.rows(
    `SELECT json_build_object('roles', ${rolesNamed('$1')}, 'replicationRole', current_setting('session_replication_role'))::text AS answer`,
    [JSON.stringify([name])],
  )) as { answer: string }[];
  return answer.parse(JSON.parse(row?.answer ?? '{}'));
}
