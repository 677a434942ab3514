// writes: none
import { gql } from '@apollo/client';
export const PRESETS = gql`
  query Presets { presets(order_by: { usage_count: desc }) { id usage_count } }
`;
