// writes: 27 supabase-update
import { type ActionFunctionArgs, type LoaderFunctionArgs, json } from '@remix-run/node';
import { Form, useLoaderData } from '@remix-run/react';
import { getSupabase } from '~/services/supabase.server';

export async function loader({ params, request }: LoaderFunctionArgs) {
  const { supabase, headers } = getSupabase(request);
  const { data: preset } = await supabase.from('presets').select('*').eq('id', params.presetId!).single();
  if (!preset) throw new Response('Not found', { status: 404 });
  return json({ preset }, { headers });
}

export async function action({ params, request }: ActionFunctionArgs) {
  const { supabase, headers } = getSupabase(request);
  const form = await request.formData();
  const id = params.presetId!;

  switch (form.get('intent')) {
    case 'rename':
      await supabase.from('presets').update({ name: String(form.get('name')) }).eq('id', id);
      break;
    case 'publish':
      await supabase.from('presets').update({ is_public: true }).eq('id', id);
      break;
    case 'use': {
      const count = Number(form.get('count'));
      await supabase.from('presets').update({ usage_count: count + 1 }).eq('id', id);
      break;
    }
    default:
      throw new Response('Unknown intent', { status: 400 });
  }
  return json({ ok: true }, { headers });
}

export default function PresetRoute() {
  const { preset } = useLoaderData<typeof loader>();
  return (
    <Form method="post">
      <h1>{preset.name}</h1>
      <input type="hidden" name="count" value={preset.usage_count} />
      <button name="intent" value="use">Use ({preset.usage_count})</button>
      <button name="intent" value="publish">Publish</button>
    </Form>
  );
}
