// writes: 19 prisma
import { type ActionFunctionArgs, json, redirect } from '@remix-run/node';
import { Form } from '@remix-run/react';
import { prisma } from '~/db.server';
import { requireUserId } from '~/session.server';

export async function action({ request, params }: ActionFunctionArgs) {
  const userId = await requireUserId(request);
  const lookId = params.lookId;
  if (!lookId) return json({ error: 'missing look' }, { status: 400 });

  const form = await request.formData();
  if (form.get('intent') === 'rename') {
    await prisma.lookPreset.update({ where: { id: lookId }, data: { title: String(form.get('title')) } });
    return json({ error: null });
  }

  await prisma.lookUsage.create({ data: { lookId, userId } });
  await prisma.lookPreset.updateMany({ where: { id: lookId }, data: { popularity: { increment: 1 } } });
  return redirect(`/editor?look=${lookId}`);
}

export default function Look() {
  return (
    <Form method="post">
      <button name="intent" value="use">
        Use this look
      </button>
    </Form>
  );
}
