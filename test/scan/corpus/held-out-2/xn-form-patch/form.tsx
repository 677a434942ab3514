// writes: none
const form = useForm({ defaultValues: { name: preset.name, usage_count: preset.usage_count } });
form.setValue('usage_count', preset.usage_count + 1);
form.reset({ ...preset, usage_count: 0 });
