// writes: 5 supabase-update
function countUse(sb, id) {
  return sb.from('presets').select('usage_count').eq('id', id).single()
    .then(function (res) {
      return sb.from('presets').update({ 'usage_count': res.data.usage_count + 1 }).eq('id', id);
    });
}
export default countUse;
