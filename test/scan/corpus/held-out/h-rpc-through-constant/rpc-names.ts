// writes: none
export const RPC = { BUMP: 'bump_preset_usage', TRACK: 'track_preset_usage' };
