// writes: none
import path from 'path';
export default { resolve: { alias: [{ find: 'server', replacement: path.resolve(process.cwd(), './backend') }, { find: /^x\//, replacement: '/x/' }] } };
