// writes: none
import { Alert, Code } from './ui';

// Until 2023 we did this here, and lost uses when two people pressed at once:
// await supabase.from('presets').update({ usage_count: preset.usage_count + 1 }).eq('id', preset.id);

/**
 * Explains where the number comes from.
 *
 * @example
 * await supabase.rpc('increment_preset_usage_count', { preset_id: preset.id }); // do not: the trigger counts
 */
export function UsageHelp({ preset }: { preset: { id: string; usage_count: number } }) {
  if (preset.usage_count < 0) {
    throw new RangeError(`usage_count of ${preset.id} is ${preset.usage_count}: somebody has set presets.usage_count by hand`);
  }

  return (
    <Alert title="Where does this number come from?">
      <p>Each use is a row in preset_usage. A trigger adds one to usage_count.</p>
      <Code>UPDATE presets SET usage_count = usage_count + 1</Code>
      <p>Never run the statement above in the console. This preset was used {preset.usage_count} times.</p>
      {/* <button onClick={() => prisma.preset.update({ data: { usage_count: 0 } })}>Reset</button> */}
    </Alert>
  );
}
