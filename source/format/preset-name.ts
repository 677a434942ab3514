import { displayText } from './text.ts';

/** What a preset is called wherever it is shown: its name, else its id; a key without a letter in it stands in quotes. */
export function presetName({ id, name }: { id: string; name: string }): string {
  const shown = displayText(name);
  if (shown.trim() !== '') return shown;
  const key = displayText(id);
  return key.trim() === '' ? `"${key}"` : key;
}
