// writes: 4 sql
const table = 'presets'
export const INCREMENT_USAGE = `
  UPDATE ${table}
  SET usage_count = usage_count + 1
  WHERE id = $1
`
