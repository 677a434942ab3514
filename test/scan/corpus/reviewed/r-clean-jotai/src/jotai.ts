// writes: none
export const presetAtom = atomFamily((id: string) => atom({ id, usage_count: 0 }))
export const bump = (set: any, id: string) => set(presetAtom(id), (p: any) => ({ ...p, usage_count: p.usage_count + 1 }))

