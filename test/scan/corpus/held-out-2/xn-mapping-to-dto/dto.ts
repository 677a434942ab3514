// writes: none
export const toDto = (preset: PresetRow): PresetDto => {
  const dto: Partial<PresetDto> = {};
  dto.usage_count = preset.usage_count ?? 0;
  dto.is_popular = preset.usage_count + 1 > 100;
  return dto as PresetDto;
};
