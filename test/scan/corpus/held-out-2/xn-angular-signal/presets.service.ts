// writes: none
export class PresetsService {
  readonly presets = signal<Preset[]>([]);
  used(id: string) {
    this.presets.update(list => list.map(p => (p.id === id ? { ...p, usage_count: p.usage_count + 1 } : p)));
  }
}
