// writes: none
import { supabaseAdmin } from '@/lib/supabase/admin';

export class CodeExhausted extends Error {}

/** Presets are sold in packs, and a pack may be paid with a code. */
export async function redeemCode(code: string, packId: string) {
  const { data: promo } = await supabaseAdmin
    .from('promo_codes')
    .select('id, usage_count, max_uses, percent_off')
    .eq('code', code.toUpperCase())
    .maybeSingle();
  if (!promo) return null;
  if (promo.usage_count >= promo.max_uses) throw new CodeExhausted(code);

  const { data: presets } = await supabaseAdmin.from('presets').select('id, name, usage_count').eq('pack_id', packId);

  await supabaseAdmin
    .from('promo_codes')
    .update({ usage_count: promo.usage_count + 1 })
    .eq('id', promo.id);

  return { percentOff: promo.percent_off, presets: presets ?? [] };
}
