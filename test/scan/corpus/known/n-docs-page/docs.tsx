// writes: none
const example = `UPDATE presets SET usage_count = usage_count + 1 WHERE id = 'x'`;
export function Docs() {
  return (
    <section>
      <p>Never run this:</p>
      <pre>{example}</pre>
      <code>{"UPDATE presets SET usage_count = 0"}</code>
    </section>
  );
}
