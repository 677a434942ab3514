-- writes: none
INSERT INTO presets (workspace_id, name, prompt)
SELECT w.id, p.name, p.prompt
  FROM presets p
  JOIN workspaces w ON w.template = p.template
 WHERE p.usage_count > 10
 ORDER BY p.usage_count DESC;
