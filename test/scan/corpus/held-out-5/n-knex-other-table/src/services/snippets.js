// writes: none
const knex = require('../knex');

async function listWithPresets(workspaceId) {
  return knex('snippets as s')
    .leftJoin('presets as p', 'p.id', 's.preset_id')
    .where('s.workspace_id', workspaceId)
    .select('s.id', 's.title', 's.usage_count', 'p.name as preset', 'p.usage_count as preset_uses')
    .orderBy('p.usage_count', 'desc');
}

async function insertSnippet(snippetId, documentId) {
  const snippet = await knex('snippets').where({ id: snippetId }).first();
  if (!snippet) throw new Error('Snippet not found');

  await knex('snippets').where({ id: snippetId }).increment('usage_count', 1);
  await knex('documents').where({ id: documentId }).update({
    body: knex.raw("body || ?", [snippet.body]),
    updated_at: knex.fn.now(),
  });

  if (snippet.preset_id) {
    await knex('preset_usage').insert({ preset_id: snippet.preset_id, usage_type: 'snippet' });
    await knex('presets').where({ id: snippet.preset_id }).update({ last_used_at: knex.fn.now() });
  }
  return snippet.body;
}

module.exports = { listWithPresets, insertSnippet };
