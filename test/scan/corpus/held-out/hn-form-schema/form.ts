// writes: none
import * as yup from 'yup';
export const schema = yup.object({ name: yup.string().required(), usage_count: yup.number().min(0).default(0) });
export type PresetForm = yup.InferType<typeof schema>;
