// writes: 3 rpc
import { RPC } from './rpc-names';
export const bump = (sb, id) => sb.rpc(RPC.BUMP, { id });
export const track = (sb, id) => sb.rpc(RPC.TRACK, { p_preset_id: id, p_usage_type: 'apply' });
