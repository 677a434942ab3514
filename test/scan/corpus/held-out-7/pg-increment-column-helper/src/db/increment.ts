// writes: 5 sql
import type { PoolClient } from 'pg';

export async function incrementColumn(client: PoolClient, table: string, column: string, id: string): Promise<void> {
  await client.query(`UPDATE ${table} SET ${column} = ${column} + 1 WHERE id = $1`, [id]);
}
