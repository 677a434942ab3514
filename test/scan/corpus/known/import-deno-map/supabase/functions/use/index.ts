// writes: 8 supabase-update, 9 supabase-update
import { LOOKS } from 'shared/tables.ts';
import { LOOKS as SAME } from 'tables';
import { admin } from 'shared/admin.ts';

Deno.serve(async request => {
  const { id, n } = await request.json();
  await admin.from(LOOKS).update({ usage_count: n + 1 }).eq('id', id);
  await admin.from(SAME).update({ usage_count: n + 1 }).eq('id', id);
  return new Response('ok');
});
