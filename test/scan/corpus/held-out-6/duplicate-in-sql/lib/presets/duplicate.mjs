// writes: 5 sql
import { db } from '../db.mjs';

const DUPLICATE = `
  INSERT INTO presets (owner_id, name, settings, usage_count)
  SELECT $2, name || ' (copy)', settings, usage_count
    FROM presets
   WHERE id = $1
  RETURNING id, name
`;

const DUPLICATE_TAGS = `
  INSERT INTO preset_tags (preset_id, tag)
  SELECT $2, tag FROM preset_tags WHERE preset_id = $1
`;

export async function duplicatePreset(presetId, ownerId) {
  return db.tx(async t => {
    const copy = await t.one(DUPLICATE, [presetId, ownerId]);
    await t.none(DUPLICATE_TAGS, [presetId, copy.id]);
    return copy;
  });
}
