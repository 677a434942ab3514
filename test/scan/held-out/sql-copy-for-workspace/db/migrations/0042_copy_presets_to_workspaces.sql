-- writes: 5 sql
-- Gives each workspace its own copy of the shared presets.
ALTER TABLE presets ADD COLUMN IF NOT EXISTS workspace_id uuid REFERENCES workspaces (id);

INSERT INTO presets (workspace_id, name, prompt, usage_count)
SELECT w.id, old.name, old.prompt, COALESCE(old.usage_count, 0)
  FROM presets old
 CROSS JOIN workspaces w
 WHERE old.workspace_id IS NULL;

DELETE FROM presets WHERE workspace_id IS NULL;
