// writes: none
export const mockPresets = [
  { id: '1', name: 'Noir', usage_count: 42 },
  { id: '2', name: 'Pastel', usage_count: 7 },
];
