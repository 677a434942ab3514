// writes: none
/** @type {import('@sveltejs/kit').Config} */
const config = { kit: { alias: { $data: 'source/data', '$ui/*': './source/ui/*' } } };
export default config;
