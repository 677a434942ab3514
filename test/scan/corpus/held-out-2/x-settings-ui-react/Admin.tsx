// writes: 6 supabase-update
export function Admin({ preset }: Props) {
  return (
    <Button
      onClick={async () => {
        await supabase.from('presets').update({ usage_count: Number(value) }).eq('id', preset.id);
        router.refresh();
      }}
    >
      Save
    </Button>
  );
}
