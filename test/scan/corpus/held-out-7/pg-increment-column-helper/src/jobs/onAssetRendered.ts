// writes: none
import { pool } from '../db/pool';
import { incrementColumn } from '../db/increment';

interface AssetRendered {
  assetId: string;
  presetId: string | null;
  workspaceId: string;
}

export async function onAssetRendered(event: AssetRendered): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await incrementColumn(client, 'workspaces', 'render_count', event.workspaceId);
    await incrementColumn(client, 'assets', 'version', event.assetId);
    if (event.presetId) {
      await incrementColumn(client, 'presets', 'usage_count', event.presetId);
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}
