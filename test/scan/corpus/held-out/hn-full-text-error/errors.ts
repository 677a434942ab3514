// writes: none
export class CountError extends Error {
  constructor(id: string) {
    super(`UPDATE presets SET usage_count failed for ${id}`);
  }
}
