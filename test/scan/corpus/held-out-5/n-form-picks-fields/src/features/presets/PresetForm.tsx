// writes: none
import { zodResolver } from '@hookform/resolvers/zod';
import { useForm } from 'react-hook-form';
import { z } from 'zod';
import { supabase } from '@/lib/supabase';

const formSchema = z.object({
  name: z.string().min(1),
  description: z.string().max(500),
});
type FormValues = z.infer<typeof formSchema>;

interface Preset extends FormValues {
  id: string;
  settings: Record<string, unknown>;
  usage_count: number;
  created_at: string;
}

export function PresetForm({ preset }: { preset: Preset }) {
  const { register, handleSubmit, formState } = useForm<FormValues>({
    resolver: zodResolver(formSchema),
    defaultValues: { name: preset.name, description: preset.description },
  });

  const onSubmit = async (values: FormValues) => {
    const { id, usage_count, created_at, ...editable } = preset;
    const { error } = await supabase
      .from('presets')
      .update({ ...editable, ...values })
      .eq('id', id);
    if (error) throw error;
  };

  return (
    <form onSubmit={handleSubmit(onSubmit)}>
      <input {...register('name')} />
      <textarea {...register('description')} />
      <footer>Used {preset.usage_count} times</footer>
      <button disabled={formState.isSubmitting}>Save</button>
    </form>
  );
}
